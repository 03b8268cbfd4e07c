import { execFile } from 'node:child_process';
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
