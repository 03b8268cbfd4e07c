// Docker or Podman, whichever answers: the images that it has, and how it builds, names and pushes one.
import { execFile } from 'node:child_process';
import { promisify, stripVTControlCharacters } from 'node:util';
import { TemporaryError, UsageError } from '../apps/platform/errors.ts';
import { toLine } from '../apps/platform/one-line.ts';

/** The label of an image of ours with the hash of what it was made of. */
export const contentLabel = 'taxiway.content';

export interface BuiltImage {
  readonly id: string;
  readonly names: readonly string[];
  readonly content: string;
  /** Unpacked. */
  readonly bytes: number;
}

export interface Engine {
  readonly program: 'docker' | 'podman';
  /** Every image with the label. */
  readonly list: () => Promise<BuiltImage[]>;
  /** Throws BuildError. */
  readonly build: (image: { name: string; content: string; dockerfile: string; context: string }) => Promise<void>;
  readonly tag: (id: string, name: string) => Promise<void>;
  readonly push: (name: string) => Promise<void>;
}

/** A build that failed, with what it wrote last. */
export class BuildError extends Error {}

/** Lines of a failed build's output that are shown. */
const shownLines = 15;

/** The first of docker and podman that answers. Throws UsageError where neither is installed, TemporaryError where none answers. */
export async function findEngine(): Promise<Engine> {
  const reasons: string[] = [];
  for (const program of ['docker', 'podman'] as const) {
    const reason = await run(program, ['version', '--format', '{{.Server.Version}}'], 20_000).then(
      () => undefined,
      (error: RunError) => error,
    );
    if (reason === undefined) return toEngine(program);
    if (reason.code !== 'ENOENT') reasons.push(`${program} does not answer: ${toReason(reason)}`);
  }
  if (reasons.length > 0) throw new TemporaryError(`${reasons.join('; ')}; start it, then run the same command again`);
  throw new UsageError('found neither docker nor podman; install one of them (Debian: apt install docker.io, or podman)');
}

/** What a program that failed said last, in one line. */
export const toReason = (error: RunError) =>
  toLine(error.stderr?.trim().split('\n').at(-1) || (error.killed ? 'no answer in time' : error.message));

export interface RunError extends Error {
  readonly code?: string | number;
  readonly killed?: boolean;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** What a program prints. Rejects with a RunError. */
export async function run(program: string, args: readonly string[], timeout = 0): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout });
  return stdout;
}

function toEngine(program: Engine['program']): Engine {
  let network: Promise<string[]> | undefined;
  return {
    program,
    list: async () => {
      const ids = await run(program, ['image', 'ls', '--quiet', '--no-trunc', '--filter', `label=${contentLabel}`]);
      const unique = [...new Set(ids.split('\n').filter((id) => id !== ''))];
      // An image may be removed by another process between the two calls.
      const text = await run(program, ['image', 'inspect', ...unique]).catch((error: RunError) => error.stdout ?? '[]');
      return unique.length === 0 ? [] : (JSON.parse(text || '[]') as Inspected[]).map(toBuiltImage);
    },
    build: async ({ name, content, dockerfile, context }) => {
      network ??= findNetwork(program);
      const flags = ['--file', dockerfile, '--label', `${contentLabel}=${content}`, '--tag', name];
      await run(program, ['build', ...(await network), ...flags, context]).catch((error: RunError) => {
        const lines = stripVTControlCharacters(`${error.stdout ?? ''}\n${error.stderr || error.message}`)
          .split('\n')
          .filter((line) => line.trim() !== '');
        throw new BuildError(lines.slice(-shownLines).join('\n'));
      });
    },
    tag: async (id, name) => void (await run(program, ['tag', id, name])),
    push: async (name) =>
      void (await run(program, ['push', '--quiet', name]).catch((error: RunError) => refusePush(name, error))),
  };
}

/** A Docker Engine without its bridge has no network for builds but the machine's own. */
async function findNetwork(program: Engine['program']): Promise<string[]> {
  if (program === 'podman') return [];
  return run(program, ['network', 'inspect', 'bridge']).then(
    () => [],
    () => ['--network', 'host'],
  );
}

function refusePush(name: string, error: RunError): never {
  const reason = toReason(error);
  if (/denied|unauthorized|authentication|no basic auth/i.test(reason))
    throw new UsageError(`${name} was not pushed: ${reason}; sign in to the registry`);
  throw new TemporaryError(`${name} was not pushed: ${reason}`);
}

interface Inspected {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null };
  readonly Size: number;
}

const toBuiltImage = ({ Id, RepoTags, Config, Size }: Inspected): BuiltImage => ({
  id: Id,
  names: RepoTags ?? [],
  content: Config.Labels?.[contentLabel] ?? '',
  bytes: Size,
});
