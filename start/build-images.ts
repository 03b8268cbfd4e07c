// Builds what the engine does not have yet: an image whose label is the hash of its content stays.
import { join } from 'node:path';
import { mapConcurrently } from '../apps/platform/concurrent.ts';
import { type OwnApp, ownImage } from '../charts/versions.ts';
import { contentsOf } from './bundle.ts';
import { BuildError, type BuiltImage, type Engine } from './engine.ts';
import { type Context, findKnownHash, removeLeftContexts, withContext } from './image-content.ts';

const root = join(import.meta.dirname, '..');

/** Builds at the same time. More would only wait for the same disk and network. */
const most = 2;

export interface ImageResult {
  readonly app: OwnApp;
  readonly name: string;
  /** `named`: it was there under another name only. */
  readonly what: 'unchanged' | 'named' | 'built' | 'failed';
  /** Unpacked; undefined where it failed. */
  readonly bytes: number | undefined;
}

export interface Request {
  readonly apps: readonly OwnApp[];
  readonly registry: string;
  readonly engine: Engine;
  /** Folder of what is known of each app. */
  readonly state: string;
  /** A line of progress. */
  readonly onLine: (line: string) => void;
}

/** One result an app, in their order. A build that fails stops no other. */
export async function buildImages({ apps, registry, engine, state, onLine }: Request): Promise<ImageResult[]> {
  await removeLeftContexts(state);
  const sums = new Map<string, Promise<string>>();
  const before = await engine.list();
  const done = await mapConcurrently(apps, most, async (app) => {
    const name = ownImage(registry, app);
    const known = await findKnownHash(app, state, sums);
    const found = known === undefined ? undefined : await useImage(before, { name, hash: known, engine });
    if (found !== undefined) return { app, name, hash: known, what: found };
    return withContext(app, state, async (context) => {
      const there = await useImage(before, { name, hash: context.hash, engine });
      return { app, name, hash: context.hash, what: there ?? (await buildOne(app, { name, context, engine, onLine })) };
    });
  });
  const bytes = new Map((await engine.list()).map((image) => [image.content, image.bytes]));
  return done.map(({ hash = '', ...image }) => ({ ...image, bytes: image.what === 'failed' ? undefined : bytes.get(hash) }));
}

/** Gives the image of a content its name, where the engine has one. */
async function useImage(
  images: readonly BuiltImage[],
  { name, hash, engine }: { name: string; hash: string; engine: Engine },
): Promise<'unchanged' | 'named' | undefined> {
  const same = images.filter(({ content }) => content === hash);
  if (same.some(({ names }) => names.includes(name))) return 'unchanged';
  if (same[0] === undefined) return undefined;
  await engine.tag(same[0].id, name);
  return 'named';
}

async function buildOne(
  app: OwnApp,
  { name, context, engine, onLine }: { name: string; context: Context; engine: Engine; onLine: (line: string) => void },
): Promise<'built' | 'failed'> {
  const dockerfile = join(root, contentsOf(app).dockerfile);
  const started = performance.now();
  onLine(`${app}: building …`);
  try {
    await engine.build({ name, content: context.hash, dockerfile, context: context.folder });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    onLine(`${app}: the build failed; its last lines:\n${error.message.replaceAll(/^/gm, '  ')}`);
    return 'failed';
  }
  onLine(`${app}: built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return 'built';
}
