// What Argo CD does with dist/: one Application a component, in waves, and a root Application, which syncs the folder of these.
// The root is in a folder of its own, which is applied by hand: a push is enough for all the rest.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { partOf } from '../apps/contract/names.ts';
import { Application, type ApplicationSpecIgnoreDifferences, AppProject } from '../imports/argoproj.io.ts';
import { findUsed, type Used } from './argocd/used-kinds.ts';
import { waveOf } from './argocd/waves.ts';
import type { Component } from './component.ts';
import { toLabels } from './constructs/metadata.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { unsaidOfSecrets } from './secrets.ts';

const component = 'argocd';
/** The cluster that Argo CD itself runs in. */
const server = 'https://kubernetes.default.svc';
const waveKey = 'argocd.argoproj.io/sync-wave';
/** The folder of the root Application, which nothing syncs: it can't take itself away, nor widen its own rights. */
const rootFolder = 'root';
/** Of Argo CD's own objects; components get the project without this right. */
const rootProject = `${partOf}-root`;

/** Fields that a controller writes after us, by component; those of ExternalSecrets beside. */
const written: Readonly<Record<string, readonly ApplicationSpecIgnoreDifferences[]>> = {
  // The operator makes its certificate.
  'spark-operator': ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((kind) => ({
    group: 'admissionregistration.k8s.io',
    kind,
    jqPathExpressions: ['.webhooks[]?.clientConfig.caBundle'],
  })),
};

/** `components` are all others of the app, created before: what they use is what is allowed. */
export function createArgocd(scope: Construct, env: ClusterEnvironment, components: readonly Component[]): Chart {
  const chart = new Chart(scope, component);
  const own = components.filter(({ environments }) => (environments as readonly string[]).includes(env.name));
  createProject(chart, env, {
    name: partOf,
    description: 'Taxiway: all components.',
    used: findUsed(scope, env.name, own),
  });
  for (const one of own) {
    const { component: folder } = one;
    const hasSecrets = findUsed(scope, env.name, [one]).namespacedKinds.some(({ kind }) => kind === unsaidOfSecrets.kind);
    const differences = [...(written[folder] ?? []), ...(hasSecrets ? [unsaidOfSecrets] : [])];
    const namespace = env.namespaces.platform;
    createApplication(chart, env, { name: `${partOf}-${folder}`, project: partOf, folder, namespace, differences });
  }
  return chart;
}

/** The root Application and its project. */
export function createArgocdRoot(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, rootFolder);
  createProject(chart, env, { name: rootProject, description: 'Taxiway: Argo CD about itself.', used: ofRoot(env) });
  createApplication(chart, env, {
    name: rootProject,
    project: rootProject,
    folder: component,
    namespace: env.namespaces.argocd,
    differences: [],
  });
  return chart;
}

const ofRoot = (env: ClusterEnvironment): Used => ({
  clusterKinds: [],
  namespacedKinds: ['AppProject', 'Application'].map((kind) => ({ group: 'argoproj.io', kind })),
  namespaces: [env.namespaces.argocd],
});

const toMetadata = (env: ClusterEnvironment, name: string, wave: number) => ({
  name,
  namespace: env.namespaces.argocd,
  labels: toLabels(name, name === rootProject ? rootFolder : component),
  annotations: { [waveKey]: String(wave) },
});

interface ProjectProps {
  readonly name: string;
  readonly description: string;
  readonly used: Used;
}

/** Exactly the kinds and namespaces that are used: what else comes into Git is refused. */
function createProject(chart: Chart, env: ClusterEnvironment, { name, description, used }: ProjectProps): void {
  new AppProject(chart, `project-${name}`, {
    metadata: toMetadata(env, name, -9),
    spec: {
      description,
      sourceRepos: [env.repository.url],
      destinations: used.namespaces.map((namespace) => ({ server, namespace })),
      clusterResourceWhitelist: [...used.clusterKinds],
      namespaceResourceWhitelist: [...used.namespacedKinds],
    },
  });
}

interface ApplicationProps {
  readonly name: string;
  readonly project: string;
  /** Below `dist/<environment>/`. */
  readonly folder: string;
  /** Of objects that name none; all name theirs. */
  readonly namespace: string;
  /** What others write: Argo CD neither shows it nor takes it away. */
  readonly differences: ApplicationSpecIgnoreDifferences[];
}

function createApplication(chart: Chart, env: ClusterEnvironment, props: ApplicationProps): void {
  const { name, project, folder, namespace, differences } = props;
  new Application(chart, `application-${name}`, {
    metadata: {
      ...toMetadata(env, name, waveOf(folder)),
      // With the Application goes what it made, but for what says Delete=false. The root leaves the components running.
      ...(project === rootProject ? {} : { finalizers: ['resources-finalizer.argocd.argoproj.io/background'] }),
    },
    spec: {
      project,
      source: { repoUrl: env.repository.url, targetRevision: env.repository.revision, path: `dist/${env.name}/${folder}` },
      destination: { server, namespace },
      revisionHistoryLimit: 5,
      ...(differences.length > 0 && { ignoreDifferences: differences }),
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: [
          'ServerSideApply=true',
          'PruneLast=true',
          // An object of two components would be fought over.
          'FailOnSharedResource=true',
          ...(differences.length > 0 ? ['RespectIgnoreDifferences=true'] : []),
        ],
        retry: { limit: 5, backoff: { duration: '30s', factor: 2, maxDuration: '10m' } },
      },
    },
  });
}
