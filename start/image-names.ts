// The names of the images that were built last, each with its content in its tag: a node that has one of another content pulls or gets the new one.
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonIfAny, writeFileAtomically } from '../apps/platform/files.ts';
import { solo } from '../charts/env/solo.ts';
import { type OwnApp, ownApps, ownImage } from '../charts/versions.ts';

const file = 'names.json';
const namesSchema = z.partialRecord(z.enum(ownApps), z.string());
export type ImageNames = z.output<typeof namesSchema>;

/** `registry/app:0.1.0-<content>`. */
export const toContentName = (name: string, content: string): string => `${name}-${content.slice(0, 12)}`;

/** Adds names to those that are known. `state` is the folder of `npm run images`. */
export async function keepNames(state: string, names: ImageNames): Promise<void> {
  const all = { ...(await readNames(state)), ...names };
  await writeFileAtomically(join(state, file), `${JSON.stringify(all, null, 2)}\n`);
}

/** Empty where nothing was built here. */
export async function readNames(state: string): Promise<ImageNames> {
  const { data } = namesSchema.safeParse(await readJsonIfAny(join(state, file)).catch(() => undefined));
  return data ?? {};
}

/**
 * A manifest's text with the names of what was built here in place of those of dist/. These are pulled once: their content never changes, and what
 * was loaded into a node is in no registry. A pull policy follows its image, in YAML and in Spark's JSON alike.
 */
export const withNames = (text: string, names: ImageNames): string =>
  (Object.entries(names) as [OwnApp, string][]).reduce((all, [app, name]) => {
    const found = RegExp.escape(ownImage(solo.registry, app));
    return all
      .replaceAll(new RegExp(`${found}("?,?\\s*"?imagePullPolicy"?:\\s*"?)Always`, 'g'), `${name}$1IfNotPresent`)
      .replaceAll(new RegExp(`${found}(?![\\w.-])`, 'g'), name);
  }, text);
