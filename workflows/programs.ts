// What each program takes and gives: its flags and outputs by kind. A test compares the flags with what the programs' --help says.
import type { Kind } from './expressions.ts';

/** `uri` must be given, `uri?` may be; a `switch` is a flag without a value. */
export type FlagKind = Kind | `${Kind}?` | 'switch';
/** A list's elements are objects with these fields. */
export interface ListOutput {
  readonly each: Readonly<Record<string, Kind>>;
}

export interface Program {
  /** The folder of `apps/` whose image runs. */
  readonly app: string;
  readonly command: readonly [program: 'node' | 'python', file: string];
  /** In camelCase: `runDate` is `--run-date`. */
  readonly flags: Readonly<Record<string, FlagKind>>;
  /** Fields of the result JSON that other steps use or people want to see; each is a file of its own, too. */
  readonly outputs: Readonly<Record<string, Kind | ListOutput>>;
  /** Flags whose value the program's folder knows: `--task spark-job`. */
  readonly fixed?: Readonly<Record<string, string>>;
}

/** `runDate` as it is written in argv. */
export const toFlag = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
/** Flags of every program: the file of its result JSON, and the folder with a file for each output, where it has any. */
export const commonFlags = { result: '--result', outputs: '--outputs' } as const;

const node = ['node', 'main.js'] as const;
const month = { each: { category: 'category', uri: 'uri', filename: 'text', run_date: 'month' } } as const;

export const programs = {
  transfer: {
    app: 'transfer',
    command: node,
    // A folder by prefixes with a manifest, or a month's file with what it must be.
    flags: {
      source: 'uri',
      destination: 'uri',
      prefixes: 'text?',
      ifExists: 'text?',
      manifest: 'uri?',
      category: 'category?',
      filename: 'text?',
      runDate: 'month?',
    },
    outputs: { bytes: 'number', file: 'text', version: 'text' },
  },
  validate: {
    app: 'validate',
    command: node,
    // A month's file, or the files of schema groups.
    flags: {
      file: 'uri?',
      groups: 'uri?',
      suite: 'text',
      category: 'category?',
      threshold: 'number?',
      asOf: 'time?',
      records: 'uri?',
      report: 'uri?',
      run: 'text?',
      months: 'uri?',
      accept: 'text?',
    },
    outputs: { successPercent: 'number', rows: 'number' },
  },
  schemaGroups: {
    app: 'schema-groups',
    command: node,
    flags: { category: 'category', manifest: 'uri', groups: 'uri', cache: 'uri?', docs: 'uri?', failOn: 'text?' },
    outputs: {},
  },
  defineTables: {
    app: 'tables',
    command: node,
    flags: { category: 'category', warehouse: 'uri', location: 'text' },
    outputs: {},
  },
  etl: {
    app: 'etl',
    command: node,
    flags: {
      category: 'category',
      mode: 'text',
      engine: 'text',
      file: 'uri?',
      groups: 'uri?',
      asOf: 'time',
      warehouse: 'uri?',
      tables: 'uri?',
      filled: 'uri?',
      plan: 'uri',
    },
    outputs: { rows: 'json' },
  },
  load: {
    app: 'load',
    command: node,
    flags: {
      category: 'category',
      runDate: 'month?',
      tables: 'uri',
      filled: 'uri',
      warehouse: 'uri',
      location: 'text?',
      run: 'text?',
    },
    outputs: {},
  },
  dbt: {
    app: 'dbt',
    command: ['python', 'run.py'],
    flags: {
      category: 'category',
      warehouse: 'path',
      location: 'text?',
      run: 'text?',
      runDate: 'month?',
      fullRefresh: 'switch',
      snapshot: 'path?',
      docs: 'uri',
    },
    outputs: {},
  },
  publish: {
    app: 'publish',
    command: node,
    flags: { category: 'category', dbt: 'uri', docs: 'uri' },
    outputs: {},
  },
  train: {
    app: 'ml',
    command: ['python', 'train.py'],
    flags: { category: 'category', warehouse: 'path', location: 'text?', run: 'text', tracking: 'path', models: 'uri' },
    outputs: { version: 'text', promoted: 'boolean' },
  },
  retrain: {
    app: 'ml',
    command: ['python', 'retrain.py'],
    flags: {
      category: 'category',
      warehouse: 'path',
      location: 'text?',
      runDate: 'month',
      run: 'text',
      tracking: 'path',
      models: 'uri',
    },
    outputs: { version: 'text', promoted: 'boolean' },
  },
  recordMonth: {
    app: 'months',
    command: node,
    fixed: { task: 'record' },
    flags: {
      category: 'category',
      uri: 'uri',
      filename: 'text',
      runDate: 'month',
      version: 'text',
      records: 'uri',
      judged: 'uri',
    },
    outputs: {},
  },
  recordMonths: {
    app: 'months',
    command: node,
    fixed: { task: 'record-all' },
    flags: { category: 'category', manifest: 'uri', records: 'uri', judged: 'uri' },
    outputs: {},
  },
  planBackfill: {
    app: 'months',
    command: node,
    fixed: { task: 'backfill' },
    flags: { category: 'category', source: 'uri', from: 'text', to: 'text', records: 'uri' },
    outputs: { months: month, bytes: 'number', skipped: 'number' },
  },
  findMissingMonths: {
    app: 'months',
    command: node,
    fixed: { task: 'freshness' },
    flags: { source: 'uri', records: 'uri' },
    outputs: { months: month },
  },
  checkHandover: {
    app: 'handover',
    command: node,
    flags: {
      uri: 'text',
      filename: 'text',
      runDate: 'text',
      category: 'text',
      expectedUri: 'text',
      expectedFilename: 'text',
      expectedRunDate: 'text',
      expectedCategory: 'text',
    },
    outputs: {},
  },
  finish: {
    app: 'finish',
    command: node,
    flags: {
      workflow: 'text',
      run: 'text',
      status: 'text',
      failures: 'json',
      failureCount: 'number?',
      category: 'category?',
      alerts: 'uri?',
      link: 'uri?',
    },
    outputs: {},
  },
  costRun: {
    app: 'costs',
    command: node,
    fixed: { task: 'run' },
    flags: {
      category: 'category',
      run: 'text',
      namespace: 'text',
      from: 'time',
      warehouse: 'uri',
      location: 'text',
      records: 'uri',
      budgetUsd: 'number',
    },
    outputs: {},
  },
  sparkJob: {
    app: 'cluster',
    command: node,
    fixed: { task: 'spark-job' },
    flags: {
      namespace: 'text',
      workflow: 'text',
      name: 'text',
      category: 'category',
      spec: 'json',
      arguments: 'json',
      report: 'uri',
    },
    outputs: { rows: 'json' },
  },
  refresh: {
    app: 'cluster',
    command: node,
    fixed: { task: 'refresh' },
    flags: { namespace: 'text', deployment: 'text', champion: 'text' },
    outputs: {},
  },
  proveSparkGone: {
    app: 'cluster',
    command: node,
    fixed: { task: 'spark-gone' },
    flags: { namespace: 'text', workflow: 'text' },
    outputs: {},
  },
  sweep: {
    app: 'cluster',
    command: node,
    fixed: { task: 'sweep' },
    flags: { namespace: 'text' },
    outputs: {},
  },
} as const satisfies Record<string, Program>;
