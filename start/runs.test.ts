import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { identifyProcess } from '../workflows/local/process-identity.ts';
import { readRuns } from './runs.ts';

test('runs come newest first; what can’t be read is left out; a run whose process died is stopped', async () => {
  const state = await mkdtemp(join(tmpdir(), 'taxiway-runs-'));
  const { pid, started } = identifyProcess(process.pid) ?? { pid: 0, started: '' };
  const base = { workflow: 'batch', parameters: {}, seconds: 1, steps: [], files: [], pid, processStarted: started };
  const write = async (run: string, content: object | string) => {
    await mkdir(join(state, 'runs', run), { recursive: true });
    await writeFile(
      join(state, 'runs', run, 'summary.json'),
      typeof content === 'string' ? content : JSON.stringify({ ...base, run, ...content }),
    );
  };
  try {
    expect(await readRuns(state)).toEqual([]);
    await write('a', { status: 'succeeded', startedAt: '2024-01-01T00:00:00Z' });
    await write('b', { status: 'running', startedAt: '2024-01-03T00:00:00Z' });
    await write('c', { status: 'running', startedAt: '2024-01-02T00:00:00Z', processStarted: 'another' });
    await write('half', '{"run":');
    await write('other', { status: 'unheard of', startedAt: '2024-01-04T00:00:00Z' });
    await mkdir(join(state, 'runs', 'empty'));
    const found = (await readRuns(state)).map(({ run, status }) => [run, status]);
    expect(found).toEqual([
      ['b', 'running'],
      ['c', 'stopped'],
      ['a', 'succeeded'],
    ]);
    expect(await readRuns(state, 1)).toHaveLength(1);
  } finally {
    await rm(state, { recursive: true });
  }
});
