// `npm run images` on a real Docker Engine, where the set-up has built all: that it builds nothing twice, and that each image starts as its pods do.
import { readdirSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ownApps, ownTag, ownUser } from '../../charts/versions.ts';
import { bundles } from '../../start/bundle-contents.ts';
import { type OpenEngine, openEngine } from '../fixtures/container-engine.ts';
import { copyForImages, type ImagesCopy, type ImagesEnd } from '../fixtures/images-run.ts';
import type { NodeImages } from '../fixtures/node-images.ts';
import { askForHelp, userOf } from '../fixtures/run-container.ts';
import { serveImages } from '../fixtures/serve-images.ts';

const images = inject('nodeImages');
const apps = ownApps.filter((app) => bundles[app]?.dockerfile === 'apps/Dockerfile' || app === 'mlflow');
/** Python's are large, and do not start without their volumes: only their sizes are looked at. */
const named = [...apps, 'dbt', 'ml'];
const registry = 'registry.example/taxiway';
const imageOf = (app: string, place = registry) => `${place}/${app}:${ownTag}`;
const every = (what: string, names: readonly string[] = apps) => Object.fromEntries(names.map((app) => [app, what]));

describe.skipIf(images === undefined)('npm run images', () => {
  let engine: OpenEngine;
  let copy: ImagesCopy;
  let first: ImagesEnd;

  const run = (args: readonly string[], onStart?: (pid: number) => void) =>
    copy.run(['--registry', registry, ...args], engine.env, onStart);
  const idOf = (app: string) => engine.docker('images', '--quiet', imageOf(app));
  const megabytesOf = async (image: string) =>
    Number(await engine.docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1e6;
  const contextsLeft = () => readdirSync(join(copy.root, '.taxiway', 'images')).filter((name) => name.startsWith('context-'));

  beforeAll(async () => {
    engine = openEngine((images as NodeImages).env);
    copy = await copyForImages();
    first = await run(named);
  });
  afterAll(() => copy?.remove());

  test('builds every app that is named, and gives another name to what is there', () => {
    expect((images as NodeImages).built).toMatchObject(every('built'));
    expect([first.code, first.stderr, first.apps]).toEqual([0, '', every('named', named)]);
    expect(
      first.stdout
        .trimEnd()
        .split('\n')
        .slice(-named.length - 1)
        .join('\n').length,
    ).toBeLessThan(24 * 80);
  });

  test.each(apps)('%s starts as a user of its own, on a read-only root, without rights and network', async (app) => {
    expect(await userOf(engine, imageOf(app))).toBe(`${ownUser}:${ownUser}`);
    for (const help of await askForHelp(engine, app, imageOf(app))) expect(help).toMatch(/^usage: /im);
  });

  test('the servers answer their probes', async () => {
    expect(await serveImages(engine, imageOf)).toEqual({ docs: 200, predict: 200, mlflow: 200, artifact: 'of MLflow' });
  });

  test('each image is as small as it may be', async () => {
    for (const app of apps.filter((one) => one !== 'mlflow')) expect(await megabytesOf(imageOf(app)), app).toBeLessThan(250);
    for (const app of ['mlflow', 'dbt', 'ml']) expect(await megabytesOf(imageOf(app)), app).toBeLessThan(700);
  });

  test('an image of Node has nothing else to run', async () => {
    const starting = engine.docker('run', '--rm', '--entrypoint', 'sh', imageOf('finish'), '-c', 'true');
    await expect(starting).rejects.toThrow(/"sh": executable file not found/);
  });

  test('an image of Node finds names in /etc/hosts before it asks DNS', async () => {
    const script = "require('node:dns').lookup('known.example', (error, address) => console.log(error?.code ?? address))";
    const flags = ['--rm', '--network', 'host', '--add-host', 'known.example:127.0.0.9'];
    expect(await engine.docker('run', ...flags, imageOf('finish'), 'node', '-e', script)).toBe('127.0.0.9');
  });

  test('builds nothing twice', async () => {
    const ids = await Promise.all(apps.map(idOf));
    const again = await run(apps);
    expect([again.code, again.apps]).toEqual([0, every('unchanged')]);
    expect(again.stdout).not.toContain('building');
    expect(await Promise.all(apps.map(idOf))).toEqual(ids);
  });

  test('in a new copy, where nothing is known, finds the same images', async () => {
    const other = await copyForImages();
    const end = await other.run(['finish', 'mlflow', '--registry', registry], engine.env);
    await other.remove();
    expect([end.code, end.apps]).toEqual([0, every('unchanged', ['finish', 'mlflow'])]);
  });

  test('builds only the app that was changed, and finds its old image when the change is undone', async () => {
    const path = join(copy.root, 'apps', 'docs', 'main.ts');
    const before = await readFile(path, 'utf8');
    const id = await idOf('docs');
    await appendFile(path, '\n// A comment is not in the bundle.\n');
    expect((await run(apps)).apps).toEqual(every('unchanged'));
    await appendFile(path, "\nconsole.error('changed');\n");
    expect((await run(apps)).apps).toEqual({ ...every('unchanged'), docs: 'built' });
    expect(await idOf('docs')).not.toBe(id);
    await writeFile(path, before);
    expect((await run(apps)).apps).toEqual({ ...every('unchanged'), docs: 'named' });
    expect(await idOf('docs')).toBe(id);
  });

  test('a new file that the image gets builds it', async () => {
    await writeFile(join(copy.root, 'apps', 'validate', 'expectations', 'new.json'), '{}');
    expect((await run(apps)).apps).toEqual({ ...every('unchanged'), validate: 'built' });
  });

  test('pushes to a registry', async () => {
    const place = `127.0.0.1:${engine.registryPort}/pushed`;
    const end = await copy.run(['finish', 'docs', '--push', place], engine.env);
    expect([end.code, end.stderr, end.apps]).toEqual([0, '', every('named', ['docs', 'finish'])]);
    const answer = await fetch(`http://127.0.0.1:${engine.registryPort}/v2/pushed/docs/tags/list`);
    const { tags } = (await answer.json()) as { tags: string[] };
    // By its version, and by its content. The registry keeps those of earlier runs, too.
    const named = (await engine.docker('images', '--format', '{{.Tag}}', `${place}/docs`)).split('\n').sort();
    expect(named).toEqual([ownTag, expect.stringMatching(new RegExp(`^${RegExp.escape(ownTag)}-[0-9a-f]{12}$`))]);
    expect(tags).toEqual(expect.arrayContaining(named));
  });

  test('a registry that does not answer is a reason to try again', async () => {
    const { code, stderr } = await copy.run(['finish', '--push', 'localhost:1/taxiway'], engine.env);
    expect([code, stderr]).toEqual([
      75,
      expect.stringMatching(/^npm run images: localhost:1\/taxiway\/finish:\S+ was not pushed: .*refused/),
    ]);
  });

  test('a build that fails shows its last lines and stops no other', async () => {
    const path = join(copy.root, 'apps', 'Dockerfile');
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace('WORKDIR /app', 'WORKDIR /app\nCOPY no-such-file .'));
    const end = await run(['finish', 'mlflow']);
    await writeFile(path, before);
    expect([end.code, end.apps]).toEqual([1, { finish: 'failed', mlflow: 'unchanged' }]);
    expect(end.stdout).toMatch(/^finish: the build failed; its last lines:\n( {2}.*\n)*.*no-such-file/m);
    expect(end.stderr).toBe('npm run images: finish: 1 of 2 images could not be built; why is printed above\n');
  });

  test('two at once build the same; one that is killed leaves nothing', async () => {
    await appendFile(
      join(copy.root, 'apps', 'platform', 'errors.ts'),
      '\nexport const changed = Math.random();\nconsole.error(changed);\n',
    );
    const few = ['cluster', 'docs', 'finish'];
    let killed = 0;
    const ended = run(few, (pid) => {
      killed = pid;
    });
    while (contextsLeft().length === 0) await sleep(20);
    process.kill(killed, 'SIGKILL');
    expect((await ended).code).toBeNull();
    const both = await Promise.all([run(few), run(few)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect((await run(few)).apps).toEqual(every('unchanged', few));
    expect(contextsLeft()).toEqual([]);
  });
});
