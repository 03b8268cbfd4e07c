import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
let main: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taxiway-program-'));
  main = join(folder, 'main.ts');
  await writeFile(
    main,
    `import { z } from '${import.meta.resolve('zod')}';
import { runProgram } from '${join(import.meta.dirname, 'program.ts')}';
import { OutcomeError, TemporaryError } from '${join(import.meta.dirname, 'errors.ts')}';
await runProgram({
  name: 'demo', description: 'Shows what programs share.',
  options: { runDate: z.string().regex(/^\\d/, { error: 'expected a date' }).describe('a date'), rows: z.coerce.number().int().default(3).describe('how many'), dry: z.boolean().default(false).describe('only look') },
  run: async (options) => {
    if (options.rows === 1) throw new OutcomeError('the data say no', { rows: 1 });
    if (options.rows === 75) throw new TemporaryError('try later');
    if (options.rows === 76) throw new TemporaryError('first\\nsecond');
    if (options.rows === 12) throw Object.assign(new Error('x'), { code: options.runDate.slice(1), syscall: 'open', path: '/some/place' });
    if (options.rows === 70) throw new Error('a bug');
    return options;
  },
});
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [main, ...args]).then(
    (done) => ({ code: 0, ...done }),
    (error) => error as { code: number; stdout: string; stderr: string },
  );
}

test('flags become checked options, and the result is JSON on standard output', async () => {
  const { code, stdout, stderr } = await run('--run-date', '2024-01-01', '--dry');
  expect([code, JSON.parse(stdout), stderr]).toEqual([0, { runDate: '2024-01-01', rows: 3, dry: true }, '']);
});

test('--help names every flag with its default', async () => {
  const { code, stdout } = await run('--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /--run-date <value> +a date \(required\)\n.*--rows <value> +how many \(default: 3\)\n.*--dry +only look\n.*--result <file>/,
  );
});

test.each([
  [['--rows', 'x'], 2, 'demo: --run-date is missing; --rows "x": Invalid input'],
  [['--run-date', 'soon'], 2, 'demo: --run-date "soon": expected a date'],
  [['--run-dat', '2024'], 2, "error: unknown option '--run-dat'"],
  [['--run-date', '2024', 'more'], 2, 'error: too many arguments'],
  [['--run-date', '2024', '--rows', '75'], 75, 'demo: try later\n'],
  [['--run-date', '2024', '--rows', '70'], 70, 'this is a bug in Taxiway'],
])('%j ends with exit code %i', async (args, code, message) => {
  const found = await run(...args);
  expect(found.stderr).toContain(message);
  expect(found.code).toBe(code);
  if (code !== 70) expect(found.stderr).not.toMatch(/\n\s+at /);
});

test('of a long value its message repeats the beginning alone', async () => {
  const { code, stderr } = await run('--run-date', 'x'.repeat(65_536));
  expect([code, stderr]).toEqual([2, `demo: --run-date "${'x'.repeat(200)}…": expected a date (--help lists the options)\n`]);
});

test('an outcome is one line, exit code 1, and its result is written all the same', async () => {
  const result = join(folder, 'result.json');
  const { code, stderr, stdout } = await run('--run-date', '2024', '--rows', '1', '--result', result);
  expect([code, stderr, stdout]).toEqual([1, 'demo: the data say no\n', '']);
  expect(JSON.parse(await readFile(result, 'utf8'))).toEqual({ rows: 1 });
  expect((await readdir(folder)).sort()).toEqual(['main.ts', 'result.json']);
});

test.each([
  ['ENOENT', 2],
  ['EISDIR', 2],
  ['EROFS', 2],
  ['ENOSPC', 75],
  ['EMFILE', 75],
])('%s in a program is one line with exit code %i', async (code, expected) => {
  const { stderr, ...found } = await run('--run-date', `2${code}`, '--rows', '12');
  expect([found.code, stderr.split('\n').length, stderr]).toEqual([
    expected,
    2,
    expect.stringMatching(/^demo: \/some\/place: .* \(E[A-Z]+\); /),
  ]);
});

test('a result that can not be written is one line; what is no file is refused before any work', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const below = await run('--run-date', '2024', '--result', join(file, 'x.json'));
  expect([below.code, below.stderr]).toEqual([
    2,
    `demo: ${join(file, 'x.json')}: a part of this path is a file, not a folder (ENOTDIR); check the path and its permissions\n`,
  ]);
  const taken = await run('--run-date', '2024', '--rows', '1', '--result', folder);
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('a folder is there, expected a plain file or nothing')]);
  const outputs = await run('--run-date', '2024', '--outputs', file);
  expect([outputs.code, outputs.stderr]).toEqual([2, expect.stringContaining('(ENOTDIR)')]);
});

test('a full device, or a reader that ends, is one line', async () => {
  const shell = (command: string) =>
    spawnSync('bash', ['-c', `${process.execPath} ${main} --run-date 2024 ${command}`], { encoding: 'utf8' });
  const full = shell('> /dev/full');
  expect([full.status, full.stderr]).toEqual([75, 'demo: standard output: no space is left (ENOSPC); try again later\n']);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  const gone = shell('| true; exit ${PIPESTATUS[0]}');
  expect([gone.status, gone.stderr]).toEqual([
    2,
    'demo: standard output: the program that reads it has ended; use --result FILE\n',
  ]);
});

test('the URI of a result that holds NUL, and a message with line ends, are one line', async () => {
  const nul = await run('--run-date', '2024', '--result', 'file:///a%00b');
  expect([nul.code, nul.stderr]).toEqual([2, "demo: file:///a%00b: a path can't hold the NUL character; correct the URI\n"]);
  const lines = await run('--run-date', '2024', '--rows', '76');
  expect([lines.code, lines.stderr]).toEqual([75, 'demo: first second\n']);
});
