// The site as a reader sees it: `npm start` on a small state, visited with a real browser, ended with Ctrl-C.
import { execFile } from 'node:child_process';
import { writeSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docsPaths, paths } from '../../apps/contract/names.ts';
import { findChromium, findFaintText, launchChromium, measureLayout, openPage } from '../fixtures/browser.ts';
import { readSummaries, repository, type Started, startPipeline } from '../fixtures/npm-start.ts';

const chromium = findChromium();
// Written past vitest, which drops the console lines of a file whose tests are all skipped.
if (chromium === undefined)
  writeSync(
    2,
    'site.test.ts is skipped: no Chromium found; install one (Debian: apt-get install chromium) or set CHROMIUM to its path\n',
  );

const report = `${paths.docs}${docsPaths.validation('yellow', '2025-01-01')}/`;
const dbt = `${paths.docs}${docsPaths.dbt}`;
const ourPages = ['/', paths.docs, `${paths.docs}${docsPaths.dataset('yellow')}`, report, paths.predict];
const mostLinks = 200;

describe.skipIf(chromium === undefined)('the site in Chromium', () => {
  let folder: string;
  let state: string;
  let started: Started;
  let origin: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'taxiway-browser-'));
    state = join(folder, 'state');
    const input = join(folder, 'input');
    const sample = [
      '--category',
      'yellow',
      '--months',
      '3',
      '--rows',
      '3000',
      '--newest',
      '2025-01',
      '--destination',
      `${input}/`,
    ];
    await promisify(execFile)(process.execPath, [join(repository, 'apps', 'sample', 'main.ts'), ...sample]);
    const port = await findFreePort();
    origin = `http://127.0.0.1:${port}`;
    started = startPipeline(state, ['--input', input, '--port', String(port)]);
    while (!started.output().includes(`${origin}/`)) {
      if (started.child.exitCode !== null) throw new Error(`npm start ended:\n${started.output()}`);
      await sleep(50);
    }
    browser = await launchChromium(chromium as string);
  });
  afterAll(async () => {
    await browser?.close();
    killGroup(started, 'SIGKILL');
    await started?.ended;
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  test('what the checks look for, they find', async () => {
    const { page, problems } = await openPage(browser, { width: 390 }, origin);
    const style = 'body{background:#fff}p{width:400px;color:#999}h2{color:#999;font-size:30px}b{color:#000}';
    const elsewhere = origin.replace('127.0.0.1', 'localhost');
    await page.goto(`${origin}/nothing`);
    await page.goto('about:blank');
    await page.setContent(
      `<style>${style}</style><p>faint <b>black</b></p><h2>faint</h2><script>console.error("a");alert("b");c()</script><img src="${elsewhere}/nothing">`,
      { waitUntil: 'networkidle' },
    );
    expect(await measureLayout(page)).toEqual({ overflow: 18, headings: 0 });
    expect(await findFaintText(page)).toEqual(['2.85 faint', '2.85 faint']);
    for (const part of ['console error: a', 'dialog: b', 'exception: c is not defined', 'failed: ', 'elsewhere: ', '404: '])
      expect(problems.join('\n')).toContain(part);
    await page.context().close();
  });

  describe.each([
    { width: 1280, dark: false },
    { width: 1280, dark: true },
    { width: 390, dark: false },
    { width: 390, dark: true },
  ])('at $width px, dark: $dark', (view) => {
    test.each(ourPages)('%s is whole, fits, and can be read', async (path) => {
      const { page, problems } = await openPage(browser, view, origin);
      await page.goto(origin + path, { waitUntil: 'networkidle' });
      for (const details of await page.locator('summary').all()) await details.click();
      expect(await measureLayout(page)).toEqual({ overflow: 0, headings: 1 });
      expect(await findFaintText(page)).toEqual([]);
      expect(problems).toEqual([]);
      await page.context().close();
    });

    test('dbt’s documentation renders', async () => {
      const { page, problems } = await openPage(browser, view, origin);
      await page.goto(`${origin}${dbt}#!/model/model.taxiway.dbt__ml__yellow_fare`);
      await page.locator('h1', { hasText: 'dbt__ml__yellow_fare' }).waitFor();
      expect(await page.locator('body').textContent()).toContain('pickup_jfk_distance');
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });

  test('home tells what ran, and how good rows and model are', async () => {
    const { page } = await openPage(browser, { width: 1280 }, origin);
    await page.goto(origin);
    const text = await page.locator('main').textContent();
    const summaries = await readSummaries(state);
    const counted = summaries.flatMap((summary) => summary.files);
    const triaged = counted.reduce((sum, file) => sum + file.triage, 0);
    expect(text).toContain('batch yellow 2025-01: succeeded');
    expect(text).toMatch(/Rows read\s*9,000\s*from 3 months/);
    expect(text).toContain(`${triaged.toLocaleString('en-US')} triaged`);
    expect(text).toContain(`$${summaries.at(-1)?.model?.rmse?.toFixed(2)}`);
    await page.getByRole('link', { name: 'Report of 2025-01' }).click();
    expect(await page.locator('h1').textContent()).toBe('yellow_tripdata_2025-01.parquet');
    await page.context().close();
  });

  test('every link of ours leads to a page, and to a place on it', async () => {
    const pages = new Map<string, string>();
    const missing: string[] = [];
    const waiting = [{ from: '', to: new URL('/', origin) }];
    for (let link = waiting.shift(); link !== undefined; link = waiting.shift()) {
      const { from, to } = link;
      const path = to.pathname + to.search;
      let page = pages.get(path);
      if (page === undefined) {
        const answer = await fetch(to);
        page = await answer.text();
        pages.set(path, page);
        expect(pages.size, 'pages').toBeLessThan(mostLinks);
        if (answer.status !== 200) missing.push(`${from} -> ${path}: ${answer.status}`);
        // dbt's page is an application: its links are made by its scripts.
        const isOurs = answer.headers.get('content-type')?.startsWith('text/html') && path !== dbt;
        const found = isOurs ? hrefsOf(page).map((href) => new URL(href, answer.url)) : [];
        // An owner's address is none of ours.
        for (const next of found) if (next.origin === origin) waiting.push({ from: path, to: next });
      }
      const place = decodeURIComponent(to.hash.slice(1));
      if (place !== '' && !page.includes(`id="${place}"`)) missing.push(`${from} -> ${path}#${place}: no such place`);
    }
    expect(missing).toEqual([]);
    for (const path of [...ourPages, dbt]) expect([...pages.keys()]).toContain(path);
  });

  test('a fare is predicted with the keyboard alone', async () => {
    const { page, problems } = await openPage(browser, { width: 390 }, origin);
    await page.goto(origin + paths.predict);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    const tabTo = async (selector: string) => {
      for (let presses = 0; presses < 20; presses++) {
        await page.keyboard.press('Tab');
        if ((await page.locator(`${selector}:focus`).count()) > 0) return;
      }
      throw new Error(`Tab does not reach ${selector}`);
    };
    await tabTo('#dropoff_zone-input');
    await page.keyboard.type('LaGuardia');
    await tabTo('#passenger_count-input');
    await page.keyboard.type('2');
    await tabTo('#prediction button');
    await page.keyboard.press('Enter');
    await page.locator('#predicted', { hasText: /^\$\d+\.\d\d$/ }).waitFor();
    expect(await page.locator('#dropoff_zone-input').inputValue()).toBe('LaGuardia Airport');
    expect(await measureLayout(page)).toEqual({ overflow: 0, headings: 1 });
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('a fare is predicted without scripts, through the proxy', async () => {
    const { page, problems } = await openPage(browser, { width: 1280, javaScriptEnabled: false }, origin);
    await page.goto(origin + paths.predict);
    await page.fill('#pickup_datetime-input', '2025-01-15T08:30');
    await page.click('#prediction button');
    expect(await page.locator('#predicted').textContent()).toMatch(/^\$\d+\.\d\d$/);
    expect(new URL(page.url()).pathname).toBe(paths.predict);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('a failed run with hostile words is told as text', async () => {
    const [newest] = (await readSummaries(state)).slice(-1);
    const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>';
    const steps = [{ name: 'etl', status: 'failed', seconds: 1, log: 'runs/evil/etl.log', message: evil.repeat(20) }];
    const { validation: _, ...rest } = newest ?? {};
    await mkdir(join(state, 'runs', 'evil'));
    await writeFile(
      join(state, 'runs', 'evil', 'summary.json'),
      JSON.stringify({ ...rest, run: 'evil', status: 'failed', startedAt: new Date().toISOString(), steps }),
    );
    const { page, problems } = await openPage(browser, { width: 390 }, origin);
    await page.goto(origin);
    const text = await page.locator('main').textContent();
    expect(text).toContain('failed at etl');
    expect(text).toContain(evil);
    expect(text).toContain('npm start -- --resume evil');
    expect(await measureLayout(page)).toEqual({ overflow: 0, headings: 1 });
    expect(problems).toEqual([]);
    await page.context().close();
    await rm(join(state, 'runs', 'evil'), { recursive: true });
  });

  test('Ctrl-C ends the site and its servers within a second', async () => {
    const begun = performance.now();
    killGroup(started, 'SIGINT');
    expect((await started.ended).code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(killGroup(started, 'SIGKILL')).toBe(false);
    await expect(fetch(origin)).rejects.toThrow();
  });
});

/** Signals the process and its children, as a terminal does. Returns whether there was one left. */
function killGroup(started: Started | undefined, signal: NodeJS.Signals): boolean {
  try {
    return started?.child.pid !== undefined && process.kill(-started.child.pid, signal);
  } catch {
    return false;
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const hrefsOf = (page: string): string[] =>
  [...page.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
