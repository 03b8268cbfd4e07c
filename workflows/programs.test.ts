import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type Program, programs } from './programs.ts';

const toFlag = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What a program says of its flags: by --help, or in its own source where Python's packages may be missing. */
async function readHelp({ app, command: [runtime, file] }: Program): Promise<string> {
  const folder = join(import.meta.dirname, '..', 'apps', app);
  if (runtime === 'node')
    return (await promisify(execFile)(process.execPath, [join(folder, file.replace(/\.js$/, '.ts')), '--help'])).stdout;
  const sources = (await readdir(folder)).filter((name) => name.endsWith('.py') && !name.startsWith('test_'));
  const text = await Promise.all(sources.map((name) => readFile(join(folder, name), 'utf8')));
  return [...text.join('\n').matchAll(/add_argument\(\s*"(--[a-z-]+)"(.*)/g)]
    .map(([, flag, rest]) => `${flag} ${rest}`)
    .join('\n');
}

test.each(Object.entries<Program>(programs))('%s has the flags that its program has', async (_, program) => {
  const help = await readHelp(program);
  const known = [...help.matchAll(/(?<=^|\s)--[a-z-]+/g)].map(([flag]) => flag);
  expect(
    [...Object.keys(program.fixed ?? {}), ...Object.keys(program.flags)].map(toFlag).filter((flag) => !known.includes(flag)),
  ).toEqual([]);
  if (Object.keys(program.outputs).length > 0) expect(known).toContain('--outputs');
  // What must be given must be a flag that every workflow gives.
  const required = [...help.matchAll(/(--[a-z-]+) <value>(?:(?!\n {2}--)[\s\S])*?\(required\)/g)].map(
    ([, flag]) => flag as string,
  );
  const given = [
    ...Object.keys(program.fixed ?? {}),
    ...Object.keys(program.flags).filter((name) => !program.flags[name]?.endsWith('?')),
  ];
  expect(required.filter((flag) => !given.map(toFlag).includes(flag))).toEqual([]);
});
