// Copies files from one storage to another; a file that is there already, byte for byte, is left alone.
import { z } from 'zod';
import { runProgram } from '../platform/program.ts';
import { toUri } from '../platform/uri.ts';
import { transfer } from './transfer.ts';

await runProgram({
  name: 'transfer',
  description:
    'Copies one file, or the files of a folder by name prefix, to a folder. Copies are whole or absent; running it again changes nothing.',
  options: {
    source: z.string().transform(toUri).describe('URI of a file, or of a folder (with / at the end)'),
    destination: z.string().transform(toUri).describe('URI of the folder to copy into'),
    prefixes: z
      .string()
      .optional()
      .transform((text) => text?.split(',').filter((prefix) => prefix !== ''))
      .describe('only files of the folder whose names begin with one of these, separated by commas'),
    manifest: z
      .string()
      .transform(toUri)
      .optional()
      .describe('URI of a JSON file to write: the files that were asked for, copied or not'),
  },
  run: transfer,
});
