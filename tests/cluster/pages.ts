// The site in a real browser and by hand: what is open to nobody, and what somebody with the password sees.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backEnds, ownSite, paths } from '../../apps/contract/names.ts';
import { solo } from '../../charts/env/solo.ts';
import { findChromium, launchChromium, openPage } from '../fixtures/browser.ts';
import { repository } from '../fixtures/npm-start.ts';
import { askSite, toHeaders } from '../fixtures/solo-site.ts';
import { patience } from '../fixtures/until.ts';
import type { Lab } from './lab.ts';

const origin = `https://${solo.domain}:${solo.entrance.https}`;
const chromium = findChromium();
if (chromium === undefined) console.warn('pages of the cluster in a browser: skipped, no chromium (apt-get install chromium)');
/** What each page shows when it is whole. Argo's own is not in the program that the tests have: its interface is used by workflows.ts. */
const pages: Readonly<Record<string, RegExp>> = {
  '/': /Taxiway/,
  [paths.docs]: /yellow/i,
  [`${paths.docs}datasets/yellow.html`]: /yellow/i,
  [`${paths.docs}dbt/index.html`]: /dbt/i,
  [paths.predict]: /fare/i,
  [backEnds.mlflow.path]: /Experiments/,
  [backEnds.prometheus.path]: /Prometheus/,
};
/** Of others: what their scripts complain of is not ours to mend. */
const foreign: readonly string[] = [backEnds.mlflow.path, backEnds.prometheus.path];

export function testPages(get: () => Lab): void {
  test('each page is behind the sign-in, and answers whoever has the password', async () => {
    const all = ['/', ...Object.entries(backEnds).flatMap(([name, { path }]) => [path, `/health/${name}`])];
    const statusOf = async (path: string, headers = {}) => (await askSite(path, { headers })).status;
    for (const path of all) {
      expect([path, await statusOf(path)]).toEqual([path, 401]);
      expect([path, await statusOf(path, toHeaders('wrong'))]).toEqual([path, 401]);
      expect([200, 302, 307], path).toContain(await statusOf(path, get().headers));
    }
  });

  describe.skipIf(chromium === undefined)('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium(chromium as string);
    });
    afterAll(() => browser?.close());

    test.each(Object.entries(pages))('%s shows what it is for', async (path, expected) => {
      const httpCredentials = { username: ownSite.user, password: get().password };
      const { page, problems } = await openPage(browser, { width: 1280, anyCertificate: true, httpCredentials }, origin);
      await page.goto(origin + path, { waitUntil: 'load' });
      await expect.poll(() => page.locator('body').textContent(), { timeout: patience }).toMatch(expected);
      const folder = join(repository, '.taxiway', 'screenshots');
      await mkdir(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `cluster${path.replaceAll(/\W+/g, '-')}.png`) });
      await page.context().close();
      if (!foreign.includes(path)) expect(problems).toEqual([]);
    });

    test('a fare is predicted by the model that the batches trained', async () => {
      const httpCredentials = { username: ownSite.user, password: get().password };
      const { page, problems } = await openPage(browser, { width: 390, anyCertificate: true, httpCredentials }, origin);
      await page.goto(origin + paths.predict);
      await page.locator('#prediction button').click();
      await page.locator('#predicted', { hasText: /^\$\d+\.\d\d$/ }).waitFor();
      await page.context().close();
      expect(problems).toEqual([]);
    });
  });
}
