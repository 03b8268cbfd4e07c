// The list of files that transfer hands to the steps after it.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from '../platform/errors.ts';
import { toPath } from '../platform/uri.ts';

const manifest = z.strictObject({
  version: z.literal(1),
  files: z.array(
    z.strictObject({
      uri: z.string(),
      name: z.string(),
      bytes: z.number().int(),
      sha256: z.string(),
      /** Where it was copied from, and that object's version. */
      source: z.string(),
      sourceVersion: z.string(),
    }),
  ),
});

export type Manifest = z.output<typeof manifest>;

/** Reads a manifest. Throws UsageError where there is none, or where it is of another shape. */
export async function readManifest(uri: string): Promise<Manifest> {
  const text = await readFile(toPath(uri), 'utf8').catch((error: Error) => {
    throw new UsageError(`--manifest ${uri}: ${error.message}; transfer writes it`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--manifest ${uri}: not JSON: ${(error as Error).message}`);
  }
  const read = manifest.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new UsageError(
    `--manifest ${uri}: not a list of files of this version: ${issue?.path.join('.')}: ${issue?.message}; run transfer again`,
  );
}
