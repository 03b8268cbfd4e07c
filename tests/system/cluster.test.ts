// Each cluster's dist/ on a real API server: applied in the order of its waves, twice, and every pod admitted.
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { customKinds, toDefinition } from '../../charts/crds/custom-kinds.ts';
import { installedKinds } from '../../charts/crds/installed-kinds.ts';
import { apply, toPath, toProblems, toWaveOrder } from '../fixtures/apply-manifests.ts';
import { type Cluster, findKubernetes, startCluster } from '../fixtures/kube-cluster.ts';
import { nameOf, podsOf, readManifests, type Value } from '../fixtures/manifests.ts';

const tools = findKubernetes();
const manifests = await readManifests(join(import.meta.dirname, '..', '..', 'dist'));

describe.skipIf(tools === undefined).each(['dev', 'prod'])('%s on a real API server', (environment) => {
  const own = toWaveOrder(manifests.filter((one) => one.environment === environment));
  const configOf = (name: string): Value =>
    own.find(({ value }) => value.kind === 'ConfigMap' && value.metadata.name === name)?.value;
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(tools as string);
    // What stands before us: Argo CD, and the definitions of it and of External Secrets.
    await apply(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } });
    for (const one of customKinds)
      if (!installedKinds.some(({ kind }) => kind === one.kind)) {
        const { status, body } = await apply(cluster, toDefinition(one));
        expect(status, `${one.kind}: ${body.message}`).toBeLessThan(300);
      }
  });
  afterAll(() => cluster?.stop());

  test('everything is taken, with no error and no warning', async () => {
    const problems: string[] = [];
    for (const manifest of own) problems.push(...toProblems(manifest, await apply(cluster, manifest.value)));
    expect(problems).toEqual([]);
  });

  test('definitions are established with all their names', async () => {
    const { body } = await cluster.ask('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
    const conditions = (body.items as Value[]).map(({ metadata, status }) => [
      metadata.name,
      ['Established', 'NamesAccepted'].every((type) =>
        status.conditions.some((one: Value) => one.type === type && one.status === 'True'),
      ),
      status.conditions.find((one: Value) => one.type === 'NonStructuralSchema')?.message,
    ]);
    expect(conditions).toEqual(conditions.map(([name]) => [name, true, undefined]));
    expect(conditions.length).toBeGreaterThanOrEqual(installedKinds.length);
  });

  test('applying it again changes nothing', async () => {
    const changed: string[] = [];
    for (const manifest of own) {
      const before = await cluster.ask('GET', await toPath(cluster, manifest.value));
      const after = await apply(cluster, manifest.value);
      expect(after.status).toBe(200);
      // The server itself rewrites each claim once, with the same content, at its first update.
      if (manifest.value.kind === 'PersistentVolumeClaim') delete before.body.metadata.resourceVersion;
      if (manifest.value.kind === 'PersistentVolumeClaim') delete after.body.metadata.resourceVersion;
      if (!isDeepStrictEqual(before.body, after.body)) changed.push(nameOf(manifest));
    }
    expect(changed).toEqual([]);
  });

  const createPod = (namespace: string, pod: Value) =>
    cluster.ask('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`, {
      apiVersion: 'v1',
      kind: 'Pod',
      ...pod,
    });

  /** No controller counts here; a quota that nobody counted refuses every pod. */
  async function openQuota(): Promise<void> {
    const quota = own.find(({ value }) => value.kind === 'ResourceQuota')?.value;
    const used = Object.fromEntries(Object.keys(quota.spec.hard).map((key) => [key, '0']));
    const path = `${await toPath(cluster, quota)}/status`;
    await cluster.ask('PATCH', path, { status: { hard: quota.spec.hard, used } }, 'application/merge-patch+json');
  }

  test('restricted Pod Security admits a pod of every template, and refuses one that escalates', async () => {
    await openQuota();
    const pods = podsOf(own);
    expect(pods.length).toBeGreaterThan(0);
    const problems: string[] = [];
    for (const { manifest, namespace, labels, spec } of pods)
      problems.push(...toProblems(manifest, await createPod(namespace, { metadata: { name: 'sample', labels }, spec })));
    expect(problems).toEqual([]);

    const [pod] = pods;
    const spoiled = structuredClone(pod?.spec);
    spoiled.containers[0].securityContext.allowPrivilegeEscalation = true;
    const refused = await createPod(pod?.namespace ?? '', { metadata: { name: 'sample' }, spec: spoiled });
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain('violates PodSecurity "restricted');
  });

  test("restricted Pod Security admits the pods that Argo's controller makes with its settings", async () => {
    const { executor, mainContainer, workflowDefaults, ...config } = configOf('workflow-controller-configmap').data;
    const { spec } = parse(workflowDefaults);
    const namespace = own.find(({ value }) => value.kind === 'ResourceQuota')?.value.metadata.namespace;
    await openQuota();
    const container = (name: string, text: string) => ({ name, image: 'example/image:1.0', ...parse(text) });
    const { status, body, warnings } = await createPod(namespace, {
      metadata: { name: 'sample', labels: spec.podMetadata.labels },
      spec: {
        serviceAccountName: spec.serviceAccountName,
        priorityClassName: spec.podPriorityClassName,
        securityContext: spec.securityContext,
        nodeSelector: spec.nodeSelector,
        tolerations: spec.tolerations,
        restartPolicy: 'Never',
        initContainers: [container('init', executor)],
        containers: [container('wait', executor), container('main', mainContainer)],
      },
    });
    expect([status, body.message, warnings]).toEqual([201, undefined, []]);
    expect(Object.keys(config)).toContain('persistence');
  });

  const accessReview = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

  test.each<[verb: string, resource: string, where: 'pipeline' | 'argocd' | undefined, allowed: boolean]>([
    ['get', 'argoproj.io/workflowtemplates', 'pipeline', true],
    ['update', 'argoproj.io/workflowtemplates', 'pipeline', false],
    ['create', 'argoproj.io/workflows', 'pipeline', true],
    ['get', 'argoproj.io/workflows', 'pipeline', true],
    ['delete', 'argoproj.io/workflows', 'pipeline', false],
    ['create', 'argoproj.io/workflows', 'argocd', false],
    ['create', 'coordination.k8s.io/leases', 'pipeline', true],
    ['update', 'coordination.k8s.io/leases', 'pipeline', true],
    ['delete', 'coordination.k8s.io/leases', 'pipeline', false],
    ['update', 'coordination.k8s.io/leases', 'argocd', false],
    ['get', '/secrets', 'pipeline', false],
    ['create', '/pods', 'pipeline', false],
    // It sees nodes only where it wakes them up.
    ['list', '/nodes', undefined, environment === 'dev'],
    ['delete', '/nodes', undefined, false],
  ])('the lambda: may it %s %s in %s? %s', async (verb, target, where, allowed) => {
    const namespaces = { pipeline: configOf('pipeline-environment').metadata.namespace, argocd: 'argocd' };
    const [group, resource] = target.split('/');
    const { body } = await cluster.ask('POST', accessReview, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `taxiway-lambda@taxiway-${environment}.iam.gserviceaccount.com`,
        groups: ['system:authenticated'],
        resourceAttributes: { group, resource, verb, ...(where !== undefined && { namespace: namespaces[where] }) },
      },
    });
    expect(body.status.allowed).toBe(allowed);
  });

  test.each<[account: string, verb: string, resource: string, where: 'platform' | 'pipeline', allowed: boolean, name?: string]>([
    ['argo-controller', 'create', 'pods', 'pipeline', true],
    ['argo-controller', 'create', 'pods', 'platform', false],
    ['argo-controller', 'get', 'secrets', 'pipeline', false],
    ['argo-controller', 'get', 'secrets', 'platform', true, 'postgres-argo'],
    ['argo-controller', 'get', 'secrets', 'platform', false, 'postgres-admin'],
    ['argo-controller', 'update', 'argoproj.io/workflowtemplates', 'pipeline', false],
    ['argo-server', 'create', 'argoproj.io/workflows', 'pipeline', true],
    ['argo-server', 'update', 'argoproj.io/workflowtemplates', 'pipeline', false],
    ['argo-server', 'create', 'pods/exec', 'pipeline', false],
    ['spark-operator-controller', 'create', 'pods', 'pipeline', true],
    ['spark-operator-controller', 'create', 'pods', 'platform', false],
    ['spark-operator-controller', 'list', 'secrets', 'pipeline', false],
    ['spark-operator-webhook', 'update', 'secrets', 'platform', true, 'spark-operator-webhook-certs'],
    ['spark-operator-webhook', 'update', 'secrets', 'platform', false, 'postgres-admin'],
    ['spark-operator-webhook', 'create', 'pods', 'pipeline', false],
    ['mlflow', 'list', 'pods', 'platform', false],
    ['load-balancer', 'get', 'secrets', 'platform', false],
  ])('%s: may it %s %s in %s? %s %s', async (account, verb, target, where, allowed, name) => {
    const namespace = own.find(({ value }) => value.kind === 'ServiceAccount' && value.metadata.name === account)?.value.metadata
      .namespace;
    const namespaces = { platform: namespace, pipeline: configOf('pipeline-environment').metadata.namespace };
    const [group, full] = target.includes('.') ? target.split('/') : ['', target];
    const [resource, subresource] = (full ?? '').split('/');
    const { body } = await cluster.ask('POST', accessReview, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${namespace}:${account}`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        resourceAttributes: { group, resource, subresource, verb, namespace: namespaces[where], name },
      },
    });
    expect(body.status.allowed).toBe(allowed);
  });
});
