// `npm run images`: the images of all apps, or of those that are named, built where their content has changed.
import { join } from 'node:path';
import { z } from 'zod';
import { OutcomeError, UsageError } from '../apps/platform/errors.ts';
import { runProgram } from '../apps/platform/program.ts';
import { type OwnApp, ownApps, ownTag } from '../charts/versions.ts';
import { buildImages, type ImageResult } from './build-images.ts';
import { findEngine } from './engine.ts';
import { loaders, loadImages } from './load-images.ts';

const root = join(import.meta.dirname, '..');

/** Of a registry on this machine. */
const defaultRegistry = 'localhost:5000/taxiway';

/** Megabytes, as engines show sizes. */
const megabyte = 1e6;

const registry = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9._-]+)*$/, 'expected host/path without a slash at the end')
  .optional();

const { apps, flags } = splitArguments(process.argv.slice(2));
await runProgram(
  {
    name: 'npm run images',
    description:
      'Builds the images of all apps with docker or podman (npm run images -- [app…] [options]). What has not changed is not built again.',
    options: {
      registry: registry.describe(`host and path in the images' names; ${defaultRegistry} when left out`),
      push: registry.describe('the same, and push the images there'),
      load: z
        .enum(loaders)
        .optional()
        .describe(`put the images into a cluster on this machine: ${loaders.join(', ')}`),
    },
    run: async ({ registry, push, load }) => {
      if (registry !== undefined && push !== undefined && registry !== push)
        throw new UsageError(`--registry ${registry} and --push ${push} differ; give one of them`);
      const chosen = chooseApps(apps);
      const engine = await findEngine();
      const place = push ?? registry ?? defaultRegistry;
      const results = await buildImages({
        apps: chosen,
        registry: place,
        engine,
        state: join(root, '.taxiway', 'images'),
        onLine: (line) => console.log(line),
      });
      console.log(toSummary(results, place));
      const failed = results.filter(({ what }) => what === 'failed').map(({ app }) => app);
      if (failed.length > 0)
        throw new OutcomeError(
          `${failed.join(', ')}: ${failed.length} of ${results.length} images could not be built; why is printed above`,
        );
      if (push !== undefined) {
        for (const { name } of results) await engine.push(name);
        console.log(`pushed to ${push}`);
      }
      if (load !== undefined) {
        await loadImages(
          load,
          results.map(({ name }) => name),
        );
        console.log(`loaded into ${load}`);
      }
      return undefined;
    },
  },
  flags,
);

/** Names of apps may stand anywhere between the flags; each flag but --help takes a value. */
function splitArguments(args: readonly string[]): { apps: string[]; flags: string[] } {
  const isValue = (index: number) => /^--(?!help$)[^=]+$/.test(args[index - 1] ?? '');
  const isApp = (arg: string, index: number) => !arg.startsWith('-') && !isValue(index);
  return { apps: args.filter(isApp), flags: args.filter((arg, index) => !isApp(arg, index)) };
}

/** In the order of the charts. Throws UsageError for a name that is no app with an image. */
function chooseApps(names: readonly string[]): OwnApp[] {
  const unknown = names.filter((name) => !(ownApps as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new UsageError(`"${unknown.join('", "')}" has no image; expected some of ${[...ownApps].sort().join(', ')}`);
  return names.length === 0 ? [...ownApps] : ownApps.filter((app) => names.includes(app));
}

/** A line an image, then a count. */
function toSummary(results: readonly ImageResult[], place: string): string {
  const width = Math.max(...results.map(({ app }) => app.length));
  const lines = results.map(({ app, what, bytes }) => {
    const size = bytes === undefined ? '' : `${Math.round(bytes / megabyte)} MB`;
    return `${app.padEnd(width)}  ${size.padStart(8)}  ${what}`;
  });
  const counts = (['built', 'named', 'unchanged', 'failed'] as const)
    .map((what) => [results.filter((result) => result.what === what).length, what] as const)
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`);
  return [...lines, `${results.length} images ${place}/<app>:${ownTag}: ${counts.join(', ')}`].join('\n');
}
