// The list of files that transfer hands to the steps after it.
import { z } from 'zod';
import { readJsonFile } from '../platform/json-file.ts';

const manifest = z.strictObject({
  version: z.literal(2),
  files: z.array(
    z.strictObject({
      uri: z.string(),
      name: z.string(),
      bytes: z.number().int(),
      state: z.enum(['copied', 'already there', 'skipped']).describe('skipped: something else is there, and stays'),
      /** Where it was copied from, and that object's version. */
      source: z.string(),
      sourceVersion: z.string(),
    }),
  ),
  failed: z.array(z.strictObject({ source: z.string(), error: z.string() })),
});

export type Manifest = z.output<typeof manifest>;

/** Reads a manifest. Throws UsageError where there is none, or where it is of another shape. */
export async function readManifest(uri: string): Promise<Manifest> {
  return readJsonFile({ uri, schema: manifest, what: "transfer's list of files", next: 'run transfer again' });
}
