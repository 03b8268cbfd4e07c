// All images: built from nothing, again without a change, again with one changed app; their sizes, and that each starts as its pods do.
// `node benchmarks/images.ts`, as root with Docker's packages; stand-ins of base images are made first and are not counted.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownApps, ownImage } from '../charts/versions.ts';
import { findEngineTool, startContainerEngine } from '../tests/fixtures/container-engine.ts';
import { copyForImages } from '../tests/fixtures/images-run.ts';
import { askForHelp, baseImagesOf, userOf } from '../tests/fixtures/run-container.ts';

const registry = 'registry.example/taxiway';
const tool = findEngineTool();
if (tool === undefined) process.exit(2);
const engine = await startContainerEngine(tool);
const copy = await copyForImages();
try {
  const bases = await baseImagesOf(ownApps);
  await engine.base(bases);
  for (const image of bases) console.log(`${image}: ${await megabytesOf(image)} MB (stand-in)`);
  await engine.removeOwn('with layers');
  await run('from nothing');
  await run('without a change');
  await appendFile(join(copy.root, 'apps', 'docs', 'main.ts'), "\nconsole.error('changed');\n");
  await run('one app changed');
  for (const app of ownApps) {
    const image = ownImage(registry, app);
    const helps = await askForHelp(engine, app, image);
    const answered = helps.every((help) => /^usage: /im.test(help));
    console.log(`${app}: user ${await userOf(engine, image)}, --help ${answered ? 'answered' : 'NOT ANSWERED'}`);
  }
} finally {
  await engine.stop();
  await copy.remove();
}

async function run(what: string): Promise<void> {
  const started = performance.now();
  const { code, stdout, stderr } = await copy.run(['--registry', registry], engine.env);
  console.log(`\n${what}: ${((performance.now() - started) / 1000).toFixed(1)} s, exit ${code}\n${stdout}${stderr}`);
}

async function megabytesOf(image: string): Promise<number> {
  return Math.round(Number(await engine.docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1e6);
}
