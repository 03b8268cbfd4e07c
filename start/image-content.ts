// What an image is made of, as one hash; it is kept per app in .taxiway/images, so that an app that has not changed is not bundled again.
import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../apps/platform/errors.ts';
import { makeFolder, readJsonIfAny, writeFileAtomically } from '../apps/platform/files.ts';
import { identifyProcess } from '../workflows/local/process-identity.ts';
import { contentsOf, copiedFiles, fillContext } from './bundle.ts';

const root = join(import.meta.dirname, '..');

export interface Context {
  /** The build context. */
  readonly folder: string;
  /** SHA-256 of the Dockerfile and of every file of the build context. */
  readonly hash: string;
}

/** What is known of an app since it was bundled last. */
const recordSchema = z.object({ sources: z.array(z.string()), inputs: z.string(), content: z.string() });

/** Decides a bundle beside its sources. */
const bundlers = ['start/bundle.ts', 'start/bundle-contents.ts', 'package-lock.json', 'tsconfig.json'];

/** The hash of an app's content where none of its sources has changed since it was made last, else undefined. */
export async function findKnownHash(app: string, state: string, sums: Map<string, Promise<string>>): Promise<string | undefined> {
  const record = await readJsonIfAny(join(state, `${app}.json`)).catch(() => undefined);
  const { data } = recordSchema.safeParse(record);
  return data && (await sumInputs(app, data.sources, sums)) === data.inputs ? data.content : undefined;
}

/** Makes an app's build context, calls `use` with it and removes it. Two processes may do so at the same time. */
export async function withContext<T>(app: string, state: string, use: (context: Context) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(state, `context-${process.pid}-`));
  try {
    const sources = await fillContext(app, contentsOf(app), folder);
    const names = await readdir(folder, { recursive: true });
    if (process.platform !== 'linux' && names.some((name) => name.endsWith('.node')))
      throw new UsageError(`${app}: its native packages here are for ${process.platform}; build this image on Linux`);
    const hash = await sumContext(app, folder);
    const inputs = await sumInputs(app, sources, new Map());
    // Undefined where a source was removed meanwhile: then the next run makes the context again.
    if (inputs !== undefined)
      await writeFileAtomically(join(state, `${app}.json`), `${JSON.stringify({ sources, inputs, content: hash })}\n`);
    return await use({ folder, hash });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes the build contexts of processes that were killed. */
export async function removeLeftContexts(state: string): Promise<void> {
  await makeFolder(state);
  for (const name of await readdir(state)) {
    const owner = /^context-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && identifyProcess(Number(owner)) === undefined)
      await rm(join(state, name), { recursive: true, force: true });
  }
}

/** A hash of all that decides an app's build context; undefined where one of the sources is gone. */
async function sumInputs(
  app: string,
  sources: readonly string[],
  sums: Map<string, Promise<string>>,
): Promise<string | undefined> {
  const contents = contentsOf(app);
  const copied = (await copiedFiles(app, contents)).map((name) => `apps/${app}/${name}`);
  const paths = [...bundlers, contents.dockerfile, ...copied, ...[...sources].sort()];
  const sumOf = (path: string) => {
    const known = sums.get(path) ?? sumFile(join(root, path));
    sums.set(path, known);
    return known;
  };
  try {
    const lines = await Promise.all(paths.map(async (path) => `${path} ${await sumOf(path)}`));
    return sumText([`node ${process.version} ${process.platform} ${process.arch}`, ...lines].join('\n'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function sumContext(app: string, folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const lines: string[] = [app, await sumFile(join(root, contentsOf(app).dockerfile))];
  for (const path of paths.sort()) {
    const executable = ((await lstat(path)).mode & 0o100) !== 0;
    lines.push(`${relative(folder, path)} ${executable} ${await sumFile(path)}`);
  }
  return sumText(lines.join('\n'));
}

const sumFile = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
const sumText = (text: string) => createHash('sha256').update(text).digest('hex');
