// validate: one Parquet file against an expectation suite; result JSON, report page, and a gate by threshold and severity.
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { statsdName, statsdVariable } from '../contract/names.ts';
import { readFooter } from '../plan/parquet-footer.ts';
import { blameOnFile, withDuckDb } from '../platform/duckdb.ts';
import { OutcomeError, UsageError } from '../platform/errors.ts';
import { writeFileAtomically } from '../platform/files.ts';
import { log } from '../platform/log.ts';
import { runProgram } from '../platform/program.ts';
import { sendSamples } from '../platform/statsd.ts';
import { toPath } from '../platform/uri.ts';
import { evaluateSuite } from './evaluate.ts';
import { toGate } from './gate.ts';
import { readFileSchema } from './parquet-file.ts';
import { checkPatterns } from './patterns.ts';
import { toReport } from './report.ts';
import { readSuite, type Suite } from './suite.ts';

const threshold = z
  .string()
  .regex(/^\d+(\.\d+)?$/, { error: 'expected a percentage from 0 to 100' })
  .transform(Number)
  .refine((value) => value <= 100, { error: 'expected a percentage from 0 to 100' })
  .refine((value) => value === 0 || value > 1, { error: 'expected a percentage from 0 to 100: did you mean 100 times as much?' });

await runProgram({
  name: 'validate',
  description: 'Judges a Parquet file by an expectation suite in Great Expectations JSON (1.x or 0.18), in one pass.',
  options: {
    file: z.string().min(1).describe('URI of the Parquet file'),
    suite: z.string().min(1).describe('URI or path of the suite'),
    threshold: threshold
      .default(90)
      .describe('least percentage of expectations that must hold; a critical one that fails always refuses the file'),
    report: z.string().min(1).optional().describe('URI of the folder for index.html and result.json'),
  },
  run: async (options) => {
    const path = toPath(options.file);
    const fileName = basename(path);
    const suite = await loadSuite(toPath(options.suite));
    await readFooter(options.file);
    const judge = () =>
      withDuckDb(
        ':memory:',
        async (connection) => {
          await checkPatterns(connection, suite);
          const file = await readFileSchema(connection, path);
          return { columns: file.columns, ...(await evaluateSuite(connection, file, suite)) };
        },
        { memoryLimit: '1GB' },
      );
    const evaluated = await blameOnFile(fileName, judge);
    const gate = toGate(evaluated.result, options.threshold);
    const report = options.report === undefined ? undefined : toPath(options.report);
    const meta = {
      file: fileName,
      rows: evaluated.rows,
      gate: { success: gate.success, successPercent: gate.successPercent, threshold: gate.threshold },
    };
    const result = { ...evaluated.result, meta };
    if (report !== undefined) {
      await writeFileAtomically(join(report, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
      await writeFileAtomically(join(report, 'index.html'), toReport({ fileName, gate, ...evaluated }));
    }
    log('validated', { file: fileName, rows: evaluated.rows, percent: gate.successPercent, failed: gate.failed.length });
    const summary = {
      ...gate,
      rows: evaluated.rows,
      file: fileName,
      ...(options.report !== undefined && { report: options.report }),
    };
    await sendSamples(
      [{ name: statsdName('validations', suite.name, gate.success ? 'passed' : 'refused'), value: 1, type: 'counter' }],
      process.env[statsdVariable],
    );
    if (!gate.success) throw new OutcomeError(toRefusal(fileName, gate, options.report), summary);
    return summary;
  },
});

async function loadSuite(path: string): Promise<Suite> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: can't read the suite: ${(error as NodeJS.ErrnoException).code}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path}: the suite is not JSON: ${(error as Error).message}`);
  }
  return readSuite(json, basename(path));
}

function toRefusal(fileName: string, gate: ReturnType<typeof toGate>, report: string | undefined): string {
  const first = gate.failed[0];
  const percent = `${gate.successPercent} % of ${gate.evaluated} expectations hold, the threshold is ${gate.threshold} %`;
  const reason = first ? `; ${first.severity}: ${first.message}` : '';
  return `${fileName}: refused: ${percent}${reason}${report === undefined ? '' : `; the report is ${report}`}`;
}
