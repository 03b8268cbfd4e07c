// Builds what the engine does not have yet: an image whose label is the hash of its content stays.
import { join } from 'node:path';
import { mapConcurrently } from '../apps/platform/concurrent.ts';
import { type OwnApp, ownImage } from '../charts/versions.ts';
import { contentsOf } from './bundle.ts';
import { BuildError, type BuiltImage, type Engine } from './engine.ts';
import { type Context, findKnownHash, removeLeftContexts, withContext } from './image-content.ts';
import { toContentName } from './image-names.ts';

const root = join(import.meta.dirname, '..');

/** Dockerfiles that are built at the same time. More would only wait for the same disk and network. */
const most = 2;

export interface ImageResult {
  readonly app: OwnApp;
  readonly name: string;
  /** The same image by a name that no other content has. */
  readonly contentName: string;
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
export async function buildImages(request: Request): Promise<ImageResult[]> {
  const { apps, engine, state } = request;
  await removeLeftContexts(state);
  const before = await engine.list();
  const sums = new Map<string, Promise<string>>();
  // One after the other where they share a Dockerfile: two at once would both make the layers that they share.
  const groups = Object.values(Object.groupBy(apps, (app) => contentsOf(app).dockerfile));
  const done = await mapConcurrently(groups as OwnApp[][], most, async (group) => {
    const results: Done[] = [];
    for (const app of group) results.push(await makeImage(app, { ...request, before, sums }));
    return results;
  });
  const after = new Map((await engine.list()).map((image) => [image.content, image]));
  const byApp = new Map(done.flat().map((one) => [one.app, one]));
  return Promise.all(
    apps.map(async (app) => {
      const { hash, ...result } = byApp.get(app) as Done;
      const contentName = toContentName(result.name, hash);
      const built = result.what === 'failed' ? undefined : after.get(hash);
      if (built && !built.names.includes(contentName)) await engine.tag(built.id, contentName);
      return { ...result, contentName, bytes: built?.bytes };
    }),
  );
}

type Done = Omit<ImageResult, 'bytes' | 'contentName'> & { readonly hash: string };

interface Making extends Request {
  readonly before: readonly BuiltImage[];
  readonly sums: Map<string, Promise<string>>;
}

async function makeImage(app: OwnApp, { registry, engine, state, onLine, before, sums }: Making): Promise<Done> {
  const name = ownImage(registry, app);
  const known = await findKnownHash(app, state, sums);
  const found = known === undefined ? undefined : await useImage(before, { name, hash: known, engine });
  if (known !== undefined && found !== undefined) return { app, name, hash: known, what: found };
  return withContext(app, state, async (context) => {
    const there = await useImage(before, { name, hash: context.hash, engine });
    return { app, name, hash: context.hash, what: there ?? (await buildOne(app, { name, context, engine, onLine })) };
  });
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
