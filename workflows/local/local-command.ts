// What a container becomes on this machine: an image is a folder of apps/, a mount a folder here.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseExpressions } from '../expressions.ts';
import { ensureImagePython, ensurePythonEnvironment } from '../python-env.ts';
import type { Container } from '../template-schema.ts';

/** An image of ours, in whatever registry: its name is a folder of apps/. */
export const imagePattern = /(?:^|\/)([a-z][a-z0-9-]*)(?::[\w.-]+)?$/;

export interface Mount {
  readonly mountPath: string;
  /** Absolute path on this machine. */
  readonly folder: string;
}

export interface LocalCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

export interface Place {
  /** Root of the repository: apps/ and .venv/ are in it. */
  readonly repository: string;
  /** Told what takes long before the command can start. */
  readonly onNotice?: (notice: string) => void;
  readonly signal?: AbortSignal;
}

/** The command of a container whose `args` are expanded already. Makes the Python environment where one is needed. */
export async function toLocalCommand(
  container: Container,
  args: readonly string[],
  { repository, onNotice, signal }: Place,
): Promise<LocalCommand> {
  const app = imagePattern.exec(container.image)?.[1] as string;
  const [program, file] = container.command as [string, string];
  const cwd = join(repository, 'apps', app);
  if (program === 'node') return { file: process.execPath, args: [file.replace(/\.js$/, '.ts'), ...args], cwd };
  // Clients of buckets are for those who have buckets; where MLflow's server keeps artifacts, it alone knows.
  const ensurePython = args.some((arg) => /^(gs|s3|https?):\/\//.test(arg)) ? ensureImagePython : ensurePythonEnvironment;
  const python = await ensurePython(app, { repository, signal, ...(onNotice ? { onNotice } : {}) });
  return { file: python, args: [file, ...args], cwd };
}

/**
 * Replaces each `{{name}}` by its value and translates mount paths in the text around it. Values are opaque: what a
 * user hands in is neither expanded again nor translated.
 */
export function expand(source: string, values: ReadonlyMap<string, string>, mounts: readonly Mount[] = []): string {
  return parseExpressions(source)
    .map((piece, index) => {
      if ('name' in piece) return values.get(piece.name) as string;
      return index === 0 ? translateStart(piece.literal, mounts) : piece.literal;
    })
    .join('');
}

/** A path or file URI as a container sees it, as this machine does; what begins otherwise stays as it is. */
export function translateStart(literal: string, mounts: readonly Mount[]): string {
  const scheme = literal.startsWith('file:///') ? 'file://' : '';
  const path = literal.slice(scheme.length);
  const mount = mounts.find(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`));
  if (mount === undefined) return literal;
  return (scheme ? pathToFileURL(mount.folder).href : mount.folder) + path.slice(mount.mountPath.length);
}
