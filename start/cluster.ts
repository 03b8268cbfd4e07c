// `npm run cluster`: installs dist/solo in the cluster of the current context, and sends sample months through it. `--down` removes it again.
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { z } from 'zod';
import { categoryOption, shownCategory } from '../apps/contract/categories.ts';
import { ownObjects, ownSite, workloads } from '../apps/contract/names.ts';
import { UsageError } from '../apps/platform/errors.ts';
import { runProgram } from '../apps/platform/program.ts';
import { toOrigin } from '../charts/env/site.ts';
import { solo } from '../charts/env/solo.ts';
import { applyAll } from './cluster-apply.ts';
import { type Bundle, readBundle } from './cluster-bundle.ts';
import { checkCluster } from './cluster-checks.ts';
import { type ClusterConnection, connectCluster } from './cluster-connection.ts';
import { removeAll } from './cluster-down.ts';
import { areHeld } from './cluster-probe.ts';
import { runSample } from './cluster-sample.ts';
import { waitForAll } from './cluster-wait.ts';
import { readNames } from './image-names.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist', 'solo');
/** Where `npm run images` keeps what it has built. */
const images = join(root, '.taxiway', 'images');
/** A node may have to pull a gigabyte of images. */
const waveSeconds = 900;
const started = Date.now();
const tell = (line: string) => console.log(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${line}`);

await runProgram({
  name: 'npm run cluster',
  description:
    'Installs everything in the cluster of the current context, without any cloud, and sends sample months through it. Run again, it completes what is missing.',
  options: {
    down: z.boolean().default(false).describe('remove everything, data included'),
    yes: z.boolean().default(false).describe('ask nothing'),
    category: categoryOption.prefault(shownCategory).describe('the data set of the sample months'),
    months: z.coerce.number().int().min(0).max(24).default(2).describe('sample months; 0: none'),
    rows: z.coerce.number().int().min(1).max(1_000_000).default(5_000).describe('rows of each'),
  },
  run: async ({ down, yes, category, months, rows }) => {
    const connection = connectCluster();
    const bundle = await readBundle(dist, await readNames(images));
    if (down) {
      if (!yes) await ask(`Remove Taxiway with all its data from ${connection.context} (${connection.server})?`);
      await removeAll(connection, bundle, tell);
      tell('removed');
      return undefined;
    }
    if (!connection.isLocal && !yes)
      await ask(`${connection.context} (${connection.server}) is not on this machine. Install Taxiway in it?`);
    await checkCluster(connection, bundle);
    await install(connection, bundle);
    if ((await areHeld(connection, bundle)) === false)
      tell(
        'warning: this cluster does not enforce NetworkPolicies: everything runs, but any pod may reach any other; install Calico or Cilium for more than a trial',
      );
    if (months > 0) await runSample(connection, { category: category.category, months, rows }, tell);
    console.log(toSummary(connection));
    return undefined;
  },
});

async function install(connection: ClusterConnection, bundle: Bundle): Promise<void> {
  for (const wave of bundle.waves) {
    // New definitions make new kinds, which a client learns once.
    const objects = connection.openObjects();
    for (const { documents } of wave) await applyAll(objects, documents);
    await Promise.all(
      wave.map(async ({ name, documents }) => {
        await waitForAll(connection, documents, { seconds: waveSeconds, tell: (line) => tell(`${name} waits for ${line}`) });
        tell(`${name} is ready`);
      }),
    );
  }
}

function toSummary({ server }: ClusterConnection): string {
  const { platform } = solo.namespaces;
  const { https } = solo.entrance;
  const { s3 } = workloads.objects.ports;
  return `
Taxiway runs in ${server}.
  The site        ${toOrigin(solo)}/   (its certificate is made here: the browser asks once)
                  where the cluster's ports are not this machine's:
                  kubectl -n ${platform} port-forward service/load-balancer ${https}:443
  Sign in         user ${ownSite.user}, password:
                  kubectl -n ${platform} get secret ${ownSite.secret} -o jsonpath='{.data.${ownSite.key}}' | base64 --decode
  Its buckets     kubectl -n ${platform} port-forward service/objects ${s3} (keys: Secret ${ownObjects.secrets.platform})
  Remove it       npm run cluster -- --down
`;
}

/** Throws UsageError where the answer is no, or nobody is there to answer. */
async function ask(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UsageError(`${question} Nobody answers here; say --yes`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('nothing was changed');
}
