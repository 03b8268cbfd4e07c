// docs and predict while their bucket fails: 503 with Retry-After and a line in the log, and everything as before once it answers again.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelOf } from '../../apps/contract/dataset.ts';
import { green } from '../../apps/contract/green.ts';
import { modelPaths } from '../../apps/contract/names.ts';
import { repository } from '../fixtures/npm-start.ts';
import { type StartedProgram, startProgram } from '../fixtures/run-program.ts';
import { useStorage } from '../fixtures/storage-lab.ts';
import { storageKinds } from '../fixtures/storages.ts';
import { patience } from '../fixtures/until.ts';

const buckets = storageKinds.filter(({ name }) => name !== 'folder');
const trip = { category: 'green', pickup_zone: 74, dropoff_zone: 132, pickup_datetime: '2024-05-31T08:30', passenger_count: 1 };

describe.each(buckets)('$name', (kind) => {
  // Google's client waits for seconds before it gives up a server that is busy.
  const statuses = kind.name === 'S3' ? [503, 403] : [403];
  const lab = useStorage(kind);
  const started: StartedProgram[] = [];
  afterAll(() => {
    for (const { child } of started) child.kill('SIGKILL');
  });

  /** Asks a server's paths, one after the other. */
  async function start(app: string, flag: string, folder: string) {
    const env = Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) => (/^(AWS|STORAGE)_/.test(name) ? [[name, value ?? '']] : [])),
    );
    const program = startProgram(app, [flag, `${lab.root}${folder}/`, '--port', '0'], env);
    started.push(program);
    const [line] = await once(createInterface(program.child.stdout as NodeJS.ReadableStream), 'line');
    const ask = async (path: string, body?: object) => {
      const init = body && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await fetch(new URL(path, JSON.parse(line).listening), { ...init, redirect: 'manual' });
      return { status: answer.status, retryAfter: answer.headers.get('retry-after'), text: await answer.text(), answer };
    };
    const stop = async () => {
      program.child.kill('SIGTERM');
      return (await program.ended).stderr;
    };
    return { ask, stop };
  }

  describe.skipIf(kind.isMissing)('a bucket that fails', () => {
    const fail = (status: number, when?: (request: { url?: string | undefined }) => boolean) => {
      if (lab.proxy) lab.proxy.faults = [{ fault: { kind: 'answer', status }, ...(when && { when }) }];
    };
    beforeAll(async () => {
      await lab.put('docs/index.html', '<p>docs</p>');
      await lab.put('models/green/model.json', await readFile(join(repository, 'apps/predict/fixtures/model.json'), 'utf8'));
      const { features, target } = modelOf(green);
      const champion = { category: 'green', version: 1, run_id: 'r', rmse: 1.25, model: 'model.json', features, target };
      await lab.put(`models/${modelPaths.champion('green')}`, JSON.stringify(champion));
    });

    test.each(statuses)(
      'docs answers 503 to %i, also where only the reading fails',
      async (status) => {
        const { ask, stop } = await start('docs', '--docs', 'docs');
        for (const when of [undefined, ({ url = '' }) => /alt=media|x-id=GetObject/.test(url)]) {
          fail(status, when);
          const { status: answered, retryAfter, text, answer } = await ask('/');
          expect([answered, retryAfter, answer.headers.get('last-modified'), answer.headers.get('content-type')]).toEqual([
            503,
            '30',
            null,
            'text/html; charset=utf-8',
          ]);
          expect(text).toContain('can’t be read at the moment');
          expect(text).not.toContain('bug');
        }
        fail(status);
        expect((await ask('/readyz')).status).toBe(503);
        lab.proxy?.reset();
        expect(await ask('/')).toMatchObject({ status: 200, text: '<p>docs</p>' });
        const lines = (await stop()).split('\n').filter((line) => line.includes('request failed'));
        expect(lines).toHaveLength(2);
        for (const line of lines)
          expect(line).toMatch(/ request failed error=".*docs\/index\.html: (Cloud Storage|S3|not allowed).*"$/);
      },
      60_000,
    );

    test.each(statuses)(
      'predict answers 503 to %i before its first model, and goes on by itself',
      async (status) => {
        fail(status);
        const { ask, stop } = await start('predict', '--models', 'models');
        expect((await ask('/readyz')).status).toBe(503);
        const early = await ask('/api/predict', trip);
        expect([early.status, early.retryAfter]).toEqual([503, '30']);
        expect(JSON.parse(early.text)).toEqual({
          errors: [{ field: 'category', message: expect.stringContaining("the models can't be read at the moment") }],
        });
        const page = await ask('/');
        expect([page.status, page.retryAfter]).toEqual([503, '30']);
        // The description can be read, the model can't: this may pass too.
        fail(status, ({ url = '' }) => url.includes('model.json'));
        await expect.poll(async () => (await ask('/api/predict', trip)).status, { timeout: patience }).toBe(503);
        lab.proxy?.reset();
        await expect.poll(async () => (await ask('/api/predict', trip)).status, { timeout: patience }).toBe(200);
        fail(status);
        for (let times = 0; times < 3; times += 1) expect((await ask('/api/predict', trip)).status).toBe(200);
        expect(await stop()).toContain('champion refused');
      },
      60_000,
    );
  });
});
