// What an environment is: a complete, frozen value. Charts receive it and never ask for its name.
import { z } from 'zod';
import {
  claims,
  clusterBuckets,
  buckets as commonBuckets,
  ownClaims,
  sizedWorkloads,
  workloads,
} from '../../apps/contract/names.ts';
import { type Size, toBytes, toMillicores } from './quantities.ts';

const text = (pattern: RegExp, expected: string) => z.string(`expected ${expected}`).regex(pattern, `expected ${expected}`);
const dnsLabel = text(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, at most 63');
/** Kubernetes' own limits: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const namespace = text(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'the name of a namespace: lower-case letters, digits and dashes, at most 63',
);
const objectName = text(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  'the name of an object: lower-case letters, digits, dashes and dots, at most 253',
);
/** https://cloud.google.com/storage/docs/buckets#naming; names with dots must be proved to be one's own domain. */
const googleBucket = text(
  /^(?!goog)(?!.*google)[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/,
  'the name of a bucket of Google: 3 to 63 lower-case letters, digits, dashes and underscores, without "google"',
);
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const amazonBucket = text(
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(\.\.|-s3alias$|--ol-s3$|\.mrap$|--x-s3$|--table-s3$))(?!\d+(\.\d+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  'the name of a bucket of S3: 3 to 63 lower-case letters, digits, dashes and dots',
);
/** https://cloud.google.com/iam/docs/service-accounts-create */
const googleAccount = text(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'a service account: 6 to 30 lower-case letters, digits and dashes');
const host = text(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/,
  'a host name without scheme or path',
);
const httpsUrl = text(/^https:\/\/[^\s/]+(\/\S*)?$/, 'a URL that starts with https://');
/** As Argo CD takes it. A password in it would be in Git. */
const gitUrl = text(
  /^(https:\/\/[^\s/@]+\/\S+|ssh:\/\/([\w.-]+@)?[^\s/@:]+(:\d+)?\/\S+|[\w.-]+@[^\s/@:]+:[^\s/]\S*)$/,
  'the address of a Git repository: https://host/path, ssh://git@host/path or git@host:path',
);
const cidr = z.cidrv4('expected an address range such as 10.0.0.0/28');
/** https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport */
const nodePort = z.int().min(30_000, 'expected a port of 30000 to 32767').max(32_767, 'expected a port of 30000 to 32767');
const cpu = text(/^(\d+m|\d+(\.\d+)?)$/, 'processors such as 250m or 2');
const amount = text(/^\d+(Mi|Gi|Ti)$/, 'bytes such as 256Mi or 10Gi');

const keyed = <Key extends string, Value extends z.ZodType>(keys: readonly Key[], value: Value) =>
  z.strictObject(Object.fromEntries(keys.map((key) => [key, value])) as Record<Key, Value>);
const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>) => Object.keys(record) as Key[];

const resources = z.strictObject({ cpu, memory: amount });
const size: z.ZodType<Size, Size> = z.strictObject({ requests: resources, limits: resources });

/** A node pool: its label, the taint that keeps others off it (none: everybody may), and whether its nodes may vanish. */
const nodePool = z.strictObject({ label: dnsLabel, tainted: z.boolean(), spot: z.boolean() });

/** What an environment has of Google Cloud and Amazon. */
const google = z.strictObject({
  /** A Google Cloud project id. */
  project: text(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'a project id: 6 to 30 lower-case letters, digits, dashes'),
  region: text(/^[a-z]+-[a-z]+\d+$/, 'a region such as europe-west1'),
  zone: text(/^[a-z]+-[a-z]+\d+-[a-z]$/, 'a zone such as europe-west1-b'),
  /** BigQuery's location: the region, or EU or US. */
  warehouseLocation: z.string().min(2),
  /** Where the source bucket is, and the role that reads it: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html */
  amazon: z.strictObject({
    region: text(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'a region such as us-east-1'),
    role: text(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'a role such as arn:aws:iam::123456789012:role/taxiway'),
  }),
  /** What starts workflows from Amazon: its Google service account, its stack there (whose role bears its name), and how many nodes it wakes up (per zone; null: none). */
  lambda: z.strictObject({ account: googleAccount, stack: dnsLabel, wakes: z.int().min(1).max(99).nullable() }),
  /** Before the name of each BigQuery dataset; empty where the project is this environment's alone. */
  datasetPrefix: text(
    /^([a-z][a-z0-9_]*_)?$/,
    'nothing, or lower-case letters, digits and underscores, with an underscore at the end',
  ),
  /** Google service accounts, without `@project`, of the workloads that call Google Cloud. */
  identities: z.partialRecord(z.enum(keysOf(workloads)), googleAccount),
  /** What BigQuery may cost in 30 days before somebody is told. */
  monthlyBudgetUsd: z.number().positive(),
  /** What one run of a workflow may cost before somebody is told. */
  runBudgetUsd: z.number().positive(),
});

const cluster = z.strictObject({
  name: dnsLabel,
  /** Null where the cluster has no cloud around it: buckets, warehouse and Secrets are then in the cluster itself. */
  google: google.nullable(),
  domain: host,
  /** How the site is reached: by a load balancer of the cluster's on 443, or by a port of each node. */
  entrance: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('load-balancer') }),
    z.strictObject({ kind: z.literal('node-port'), http: nodePort, https: nodePort }),
  ]),
  /** With a cloud `source` is in S3, all others in Google Cloud Storage; without, all are in the cluster's own S3. */
  buckets: keyed([...keysOf(commonBuckets), ...keysOf(clusterBuckets)], googleBucket).extend({ source: amazonBucket }),
  namespaces: z.strictObject({ platform: namespace, pipeline: namespace, monitoring: namespace, argocd: namespace }),
  /** Where Argo CD reads `dist/` from. */
  repository: z.strictObject({ url: gitUrl, revision: z.string().min(1) }),
  /** Where our own images are pulled from. */
  registry: text(/^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9._-]+)+$/, 'host/path without a slash at the end'),
  auth: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('oidc'), issuer: httpsUrl, emailDomain: host }),
    z.strictObject({ mode: z.literal('basic') }),
  ]),
  /** From a store by External Secrets, made by somebody else, or made at random by the component `setup`. */
  secrets: z.discriminatedUnion('mode', [
    z.strictObject({ mode: z.literal('external'), store: objectName }),
    z.strictObject({ mode: z.literal('existing') }),
    z.strictObject({ mode: z.literal('random') }),
  ]),
  /** What runs the etl step's plan where nothing else is said: a Spark job, or DuckDB in the step's own pod. */
  engine: z.enum(['spark', 'duckdb']),
  /** Executors of one Spark job: always, at its start, at most. */
  sparkExecutors: z.strictObject({ least: z.int().min(0), first: z.int().min(1), most: z.int().min(1) }),
  database: z.enum(['statefulset', 'cloudnativepg']),
  /** Storage class of every disk; null: the cluster's default. */
  storageClass: objectName.nullable(),
  disks: keyed(keysOf(claims), amount),
  /** Disks of what is in the cluster where no cloud is. */
  ownDisks: keyed(keysOf(ownClaims), amount).nullable(),
  sizes: keyed(sizedWorkloads, size),
  /** Null where pods may be on any node. */
  nodePools: z.strictObject({ services: nodePool, spark: nodePool, executors: nodePool, training: nodePool }).nullable(),
  /** Address ranges of the Kubernetes API server; `found`: the component `setup` finds them, and makes the policies that need them. */
  apiServer: z.union([z.literal('found'), z.array(cidr).min(1, 'expected one range at least')]),
  /** The port that it listens at, which NetworkPolicies see in place of the Service's 443: 6443 on most clusters of one's own. */
  apiServerPort: z.int().min(1).max(65_535),
  /** Upper bound of all pods of the pipeline's namespace together. */
  pipelineQuota: z.strictObject({ cpu, memory: amount, pods: z.int().positive() }),
  /** Workflows that run at the same time; others wait. */
  workflowParallelism: z.int().positive(),
  /** Pods of each service that may run more than one. */
  replicas: z.int().min(1).max(9),
  monitoring: z.strictObject({
    /** How long Prometheus keeps samples, as far as its disk goes; the budget looks back 30 days. */
    retentionDays: z.int().min(31, 'expected 31 days at least: the budget looks back 30').max(400),
    /** Who is told; the URL is in the Secret `alertmanager-receiver`. `none`: alerts are shown in Alertmanager alone. */
    receiver: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('slack'), channel: text(/^#[a-z0-9_-]+$/, 'a channel such as #alerts') }),
      z.strictObject({ kind: z.literal('webhook') }),
      z.strictObject({ kind: z.literal('none') }),
    ]),
    /** Who raises an alarm when the alert Watchdog is no longer sent: a service outside; its URL is in the Secret `alertmanager-watchdog`. */
    watchdog: z.enum(['none', 'webhook']),
  }),
});

/** A cluster with all its facts. */
export type ClusterEnvironment = Readonly<z.output<typeof cluster>>;
export type NodePool = keyof NonNullable<ClusterEnvironment['nodePools']>;
export type Google = NonNullable<ClusterEnvironment['google']>;
/** A cluster on Google Cloud. */
export type GoogleEnvironment = ClusterEnvironment & {
  readonly google: Google;
  readonly nodePools: NonNullable<ClusterEnvironment['nodePools']>;
  readonly apiServer: readonly string[];
};

/** The checks below see to it that an environment has all of this or nothing. */
export const isOnGoogle = (env: ClusterEnvironment): env is GoogleEnvironment => env.google !== null;

/** The same keys as an environment, before any check. */
export type ClusterInput = z.input<typeof cluster>;

/** Every mistake of one environment, one line each: `charts/env/prod.ts: zone: …`. An empty list is a valid environment. */
export function findProblems(file: string, input: unknown): string[] {
  const checked = cluster.safeParse(input);
  const shape = checked.success
    ? []
    : checked.error.issues.map((issue) => [issue.path.join('.'), toMessage(issue, input)] as const);
  // Cross-field checks read only strings, so that they can run beside mistakes of shape.
  return [...shape, ...findCrossFieldProblems((input ?? {}) as ClusterInput)].map(
    ([field, message]) => `${file}: ${field || 'value'}: ${message}`,
  );
}

function toMessage(issue: z.core.$ZodIssue, input: unknown): string {
  const got = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
  if (got === undefined) return 'missing';
  return `${issue.message}${typeof got === 'object' ? '' : `, got ${JSON.stringify(got)}`}`;
}

type Problem = readonly [field: string, message: string];

function findCrossFieldProblems(input: Partial<ClusterInput>): Problem[] {
  const problems: Problem[] = [];
  const { zone, region, warehouseLocation } = input.google ?? {};
  if (typeof zone === 'string' && typeof region === 'string' && !zone.startsWith(`${region}-`))
    problems.push(['google.zone', `expected a zone of region "${region}", got "${zone}"`]);
  if (warehouseLocation && region && ![region, 'EU', 'US'].includes(warehouseLocation))
    problems.push(['google.warehouseLocation', `expected "${region}", "EU" or "US", got "${warehouseLocation}"`]);
  problems.push(...findCloudProblems(input));
  problems.push(...findRepeated('buckets', input.buckets), ...findRepeated('namespaces', input.namespaces));
  if (input.nodePools?.spark?.spot === true)
    problems.push(['nodePools.spark.spot', 'expected false: a driver that vanishes loses its job; only executors may be spot']);
  for (const [name, one] of Object.entries(input.sizes ?? {})) {
    const least = one?.requests;
    const most = one?.limits;
    if (least === undefined || most === undefined) continue;
    if (toMillicores(least.cpu) > toMillicores(most.cpu))
      problems.push([`sizes.${name}.requests.cpu`, `${least.cpu} is more than its limit ${most.cpu}`]);
    if (toBytes(least.memory) > toBytes(most.memory))
      problems.push([`sizes.${name}.requests.memory`, `${least.memory} is more than its limit ${most.memory}`]);
  }
  return [...problems, ...findJobProblems(input)];
}

/** What belongs to a cluster without a cloud belongs to no other, and the other way round. */
function findCloudProblems({ google: cloud, ownDisks, secrets, apiServer, auth, nodePools }: Partial<ClusterInput>): Problem[] {
  if (cloud === undefined) return [];
  const problems: Problem[] = [];
  if (cloud === null && ownDisks === null)
    problems.push(['ownDisks', 'expected sizes: without a cloud these disks are in the cluster']);
  if (cloud !== null && ownDisks) problems.push(['ownDisks', 'expected null: buckets and warehouse are in the cloud']);
  if (cloud === null && secrets?.mode === 'external')
    problems.push(['secrets.mode', 'expected "random" or "existing": there is no cloud with a store of Secrets']);
  if (cloud !== null && secrets?.mode === 'random')
    problems.push(['secrets.mode', 'expected "external" or "existing": Secrets at random are for a cluster without a cloud']);
  if (secrets?.mode === 'random' && auth?.mode === 'oidc')
    problems.push([
      'auth.mode',
      'expected "basic": the identity provider gives the Secret of "oidc", so it can\'t be made at random',
    ]);
  if (cloud !== null && apiServer === 'found')
    problems.push(['apiServer', 'expected address ranges: only a cluster without a cloud finds them by itself']);
  if (cloud !== null && nodePools === null) problems.push(['nodePools', 'expected the pools that prepare-cluster makes']);
  return problems;
}

/** The quota holds a Spark job with all its executors; one that could never have them would wait. */
function findJobProblems({ sparkExecutors, sizes, pipelineQuota }: Partial<ClusterInput>): Problem[] {
  if (!sparkExecutors) return [];
  const { least, first, most } = sparkExecutors;
  const [driver, executor] = [sizes?.['spark-driver']?.requests, sizes?.['spark-executor']?.requests];
  if (least > first || first > most)
    return [['sparkExecutors', `expected least ≤ first ≤ most, got ${least}, ${first}, ${most}`]];
  if (!driver || !executor || !pipelineQuota) return [];
  const fits =
    toMillicores(driver.cpu) + most * toMillicores(executor.cpu) <= toMillicores(pipelineQuota.cpu) &&
    toBytes(driver.memory) + most * toBytes(executor.memory) <= toBytes(pipelineQuota.memory) &&
    1 + most <= pipelineQuota.pods;
  return fits ? [] : [['sparkExecutors.most', `a driver and ${most} executors are more than pipelineQuota allows`]];
}

function findRepeated(field: string, values: Readonly<Record<string, string>> | undefined): Problem[] {
  const entries = typeof values === 'object' ? Object.entries(values ?? {}) : [];
  return entries.flatMap(([key, value], index) => {
    const first = entries.findIndex(([, other]) => other === value);
    return first === index ? [] : [[`${field}.${key}`, `"${value}" is ${field}.${entries[first]?.[0]} already`] as const];
  });
}

/** Freezes a checked value, all the way down. */
export function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(Object.freeze(value))) freeze(inner);
  return value;
}
