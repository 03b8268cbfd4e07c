// The prediction page of two data sets, one of them not of taxis, in a real browser: with scripts and without, by keyboard, on a phone.
import { writeSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Modelled } from '../../apps/contract/dataset.ts';
import { green } from '../../apps/contract/green.ts';
import { findChromium, findFaintText, launchChromium, measureLayout, openPage } from '../fixtures/browser.ts';
import { repository } from '../fixtures/npm-start.ts';
import { type PredictServer, startPredictServer } from '../fixtures/predict-server.ts';
import { rideTimes, toModelFile } from '../fixtures/ride-times.ts';

const chromium = findChromium();
if (chromium === undefined)
  writeSync(
    2,
    'predict-page.test.ts is skipped: no Chromium found; install one (Debian: apt-get install chromium) or set CHROMIUM to its path\n',
  );

const input = (field: string) => `[name="${field}"]`;
const button = 'main button[type=submit]';

describe.skipIf(chromium === undefined)('the prediction page in Chromium', () => {
  let server: PredictServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startPredictServer([green as Modelled, rideTimes]);
    const ofGreen = await readFile(join(repository, 'apps/predict/fixtures/model.json'), 'utf8');
    await server.crown(green as Modelled, JSON.parse(ofGreen), { rmse: 5.2, version: 3 });
    await server.crown(rideTimes, toModelFile(rideTimes, 12.34, [['rider', 1.5, 0, 4]]), { rmse: 2.345 });
    browser = await launchChromium(chromium as string);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const open = (width: number, more: object = {}) => openPage(browser, { width, ...more }, server.origin);
  const fieldsOf = (page: Page) =>
    page.locator('#fields [name]').evaluateAll((controls) => controls.map((control) => control.getAttribute('name')));
  const fillRide = async (page: Page) => {
    await page.selectOption(input('start_dock'), { label: 'City Hall' });
    await page.fill(input('charged'), '2024-05-30');
  };
  const ofGreen = ['pickup_zone', 'dropoff_zone', 'pickup_datetime', 'passenger_count', 'trip_distance'];
  const ofRides = Object.keys(rideTimes.model.inputs);

  describe.each([
    { width: 1280, dark: false },
    { width: 390, dark: false },
    { width: 390, dark: true },
  ])('at $width px, dark: $dark', (view) => {
    test.each(['green', 'ridetimes'])(
      'the form of %s fits, can be read, and each control has its label and its note',
      async (category) => {
        const { page, problems } = await open(view.width, view);
        await page.goto(`${server.origin}/?category=${category}`);
        expect(await measureLayout(page)).toEqual({ overflow: 0, headings: 1 });
        expect(await findFaintText(page)).toEqual([]);
        for (const field of await fieldsOf(page)) {
          const control = page.locator(input(String(field)));
          const id = await control.getAttribute('id');
          expect(await page.locator(`label[for="${id}"]`).count()).toBe(1);
          expect(await page.locator(`#${await control.getAttribute('aria-describedby')}`).count()).toBe(1);
        }
        const folder = join(repository, '.taxiway', 'screenshots');
        await mkdir(folder, { recursive: true });
        const name = `predict-${category}-${view.width}${view.dark ? '-dark' : ''}`;
        await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
        if (category === 'ridetimes') await fillRide(page);
        await page.click(button);
        await page.locator('#predicted').waitFor();
        expect(await measureLayout(page)).toEqual({ overflow: 0, headings: 1 });
        expect(await findFaintText(page)).toEqual([]);
        await page.screenshot({ path: join(folder, `${name}-answer.png`), fullPage: true });
        expect(problems).toEqual([]);
        await page.context().close();
      },
    );
  });

  test('another category has other fields and words, without a reload', async () => {
    const { page, problems } = await open(1280);
    await page.goto(server.origin);
    expect([await page.locator('h1').textContent(), await fieldsOf(page)]).toEqual(['Predict the fare', ofGreen]);
    await page.evaluate('window.stays = true');
    await page.click('.kinds a:text-is("Bicycles by the minute")');
    await page.locator('h1', { hasText: 'Predict the riding time' }).waitFor();
    expect(await fieldsOf(page)).toEqual(ofRides);
    expect(await page.title()).toContain('Predict the riding time');
    expect(new URL(page.url()).search).toBe('?category=ridetimes');
    expect(await page.locator(':focus').textContent()).toBe('Bicycles by the minute');
    expect(await page.locator('.lead').textContent()).toBe('Minutes from start to end, as a model learned it from past rides.');
    expect(await page.evaluate('window.stays')).toBe(true);
    await fillRide(page);
    await page.selectOption(input('member'), 'casual');
    await page.click(button);
    await page.locator('#predicted', { hasText: '16.3 minutes' }).waitFor();
    expect(await page.locator('#outcome').textContent()).toMatch(
      /Riding time16\.3 minutes\s*Typical error \(RMSE\) 2\.35 minutes0\.20 kilometres, estimated · Bicycles by the minute, model 1/,
    );
    await page.click('.kinds a:text-is("Green taxi")');
    await page.locator('h1', { hasText: 'Predict the fare' }).waitFor();
    expect(await fieldsOf(page)).toEqual(ofGreen);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('without scripts a link shows another form, and a form is answered with what was sent', async () => {
    const { page, problems } = await open(390, { javaScriptEnabled: false });
    await page.goto(server.origin);
    await page.click('.kinds a:text-is("Bicycles by the minute")');
    expect(await fieldsOf(page)).toEqual(ofRides);
    await fillRide(page);
    await page.selectOption(input('electric'), { label: 'electric' });
    await page.fill(input('distance'), '7.5');
    await page.click(button);
    expect(await page.locator('#predicted').textContent()).toBe('12.3 minutes');
    expect(await page.locator(input('electric')).inputValue()).toBe('true');
    expect(await page.locator(input('distance')).inputValue()).toBe('7.5');
    expect(await page.locator('.kinds [aria-current]').textContent()).toBe('Bicycles by the minute');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('with the keyboard alone: what is wrong stands beside its field, which has the focus; then it is right', async () => {
    const { page, problems } = await open(390);
    await page.goto(`${server.origin}/?category=ridetimes`);
    const tabTo = async (selector: string) => {
      for (let presses = 0; presses < 30; presses++) {
        await page.keyboard.press('Tab');
        if ((await page.locator(`${selector}:focus`).count()) > 0) return;
      }
      throw new Error(`Tab does not reach ${selector}`);
    };
    await tabTo(input('gears'));
    await page.keyboard.type('99');
    await page.keyboard.press('Enter');
    await page.locator('#gears-note', { hasText: 'must be 1 to 24' }).waitFor();
    expect(await page.locator('#start_dock-note').textContent()).toBe('is missing');
    expect(await page.locator('.problem', { hasText: 'Please correct the marked fields.' }).count()).toBe(1);
    expect(await page.locator(':focus').getAttribute('name')).toBe('start_dock');
    expect(await page.locator('[aria-invalid]').evaluateAll((all) => all.map((one) => one.getAttribute('name')))).toEqual([
      'start_dock',
      'gears',
    ]);
    expect(await measureLayout(page)).toEqual({ overflow: 0, headings: 1 });
    await page.screenshot({ path: join(repository, '.taxiway', 'screenshots', 'predict-problems.png'), fullPage: true });
    await page.keyboard.type('O’Neil'.slice(0, 1));
    await tabTo(input('gears'));
    await page.keyboard.type('7');
    await page.keyboard.press('Enter');
    await page.locator('#predicted').waitFor();
    expect(await page.locator(':focus').getAttribute('name')).toBe('gears');
    expect(await page.locator('[aria-invalid]').count()).toBe(0);
    expect(problems.filter((problem) => !problem.includes('400'))).toEqual([]);
    await page.context().close();
  });

  test('a place is found by a part of its name, or by a click on the map', async () => {
    const { page, problems } = await open(390);
    await page.goto(server.origin);
    const [from, to] = [page.locator(input('pickup_zone')), page.locator(input('dropoff_zone'))];
    await from.focus();
    await page.keyboard.type('coney');
    await page.keyboard.press('Enter');
    await page.locator('#predicted').waitFor();
    await expect.poll(() => from.inputValue()).toBe('Coney Island');
    const map = page.locator('div:has(> [name="dropoff_zone"]) .map');
    await map.locator('summary').click();
    const { width = 0, height = 0 } = (await map.locator('svg').boundingBox()) ?? {};
    // The nearest place is chosen: in the west Newark, in the east the end of Queens.
    await map.locator('svg').click({ position: { x: 5, y: height / 2 } });
    const west = await to.inputValue();
    await map.locator('svg').click({ position: { x: width - 5, y: height / 3 } });
    const east = await to.inputValue();
    expect([west, east]).toEqual(['Newark Airport', 'Douglaston']);
    expect(await map.locator('circle').getAttribute('hidden')).toBeNull();
    await page.screenshot({ path: join(repository, '.taxiway', 'screenshots', 'predict-map.png'), fullPage: true });
    expect(await measureLayout(page)).toEqual({ overflow: 0, headings: 1 });
    await page.click(button);
    await page.locator('#outcome', { hasText: '$' }).waitFor();
    expect(await to.inputValue()).toBe(east);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('without scripts a part of a name is enough, and there is no map', async () => {
    const { page, problems } = await open(1280, { javaScriptEnabled: false });
    await page.goto(server.origin);
    expect(await page.locator('.map:visible').count()).toBe(0);
    await page.fill(input('dropoff_zone'), 'laguardia');
    await page.click(button);
    expect(await page.locator('#predicted').textContent()).toMatch(/^\$/);
    expect(await page.locator(input('dropoff_zone')).inputValue()).toBe('LaGuardia Airport');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('a category that is none, or that no model serves', async () => {
    const answer = await fetch(`${server.origin}/?category=__proto__`);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('must be one of green, ridetimes')]);
    const repeated = await fetch(`${server.origin}/?category=green&category=ridetimes`);
    expect(repeated.status).toBe(404);
  });

  test('a service that is gone is told', async () => {
    const own = await startPredictServer([rideTimes]);
    await own.crown(rideTimes, toModelFile(rideTimes, 1, []));
    const { page } = await openPage(browser, { width: 390 }, own.origin);
    await page.goto(own.origin);
    expect(await page.locator('.kinds').count()).toBe(0);
    await own.stop();
    await page.click(button);
    await page.locator('.problem', { hasText: 'The service does not answer.' }).waitFor();
    await page.context().close();
  });
});
