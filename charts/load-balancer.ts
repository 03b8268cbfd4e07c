// The load balancer: the one Service of the bundle that is reached from outside, and nginx behind it. All paths of the site pass here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chart, JsonPatch } from 'cdk8s';
import { IntOrString, type KubeService, Quantity } from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { Construct } from 'constructs';
import { type BackEnd, backEnds, type WorkloadName, workloads } from '../apps/contract/names.ts';
import { ConfigFiles } from './constructs/config-files.ts';
import type { ServerProps } from './constructs/container.ts';
import { namespaceOf } from './constructs/metadata.ts';
import { anyUser } from './constructs/security.ts';
import { WebService } from './constructs/web-service.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { size } from './env/quantities.ts';
import { toAuthority } from './env/site.ts';
import { toHomePage } from './load-balancer/home-page.ts';
import { type Site, toNginxConfig } from './load-balancer/nginx-config.ts';
import { SignIn } from './load-balancer/oauth2-proxy.ts';
import { createSecret } from './secrets.ts';
import { images, ownImage } from './versions.ts';

const workload = 'load-balancer';
const { ports } = workloads[workload];
/** For probes; no Service leads to it. */
const statusPort = 8081;
/** UDP on the loopback interface: nginx's line a request, for its neighbour. */
const syslogPort = 5140;
/** Node with a few counters: it does not grow with the site's requests. */
const metricsSize = size('10m', '200m', '160Mi');
const folders = {
  tls: '/etc/taxiway/tls',
  passwords: '/etc/taxiway/passwords',
  home: '/etc/taxiway/home',
  certificate: '/etc/taxiway/certificate',
  temporary: '/tmp',
} as const;

/** The files of the home page, by name. */
export const toHomeFiles = (): Record<string, string> => ({
  'home.html': toHomePage(),
  ...Object.fromEntries(
    ['home.css', 'home.js'].map((name) => [name, readFileSync(join(import.meta.dirname, workload, name), 'utf8')]),
  ),
});

export function createLoadBalancer(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const basic = env.auth.mode === 'basic';
  createSecret(chart, 'tls', env);
  if (basic) createSecret(chart, 'basic-auth', env);
  if (env.auth.mode === 'oidc') new SignIn(chart, 'sign-in', { env, auth: env.auth });
  const config = new ConfigFiles(chart, 'nginx-config', {
    workload,
    env,
    files: { 'nginx.conf': toNginxConfig(toClusterSite(env), backEnds) },
  });
  const home = new ConfigFiles(chart, 'home-page', { workload, env, files: toHomeFiles() });
  const service = new WebService(chart, workload, {
    workload,
    env,
    user: anyUser,
    replicas: env.replicas,
    update: 'rolling',
    priority: 'service',
    pool: 'services',
    configs: [config, home],
    volumes: [
      { name: 'config', configMap: { name: config.name } },
      { name: 'home', configMap: { name: home.name } },
      { name: 'tls', secret: { secretName: 'tls' } },
      { name: 'certificate', secret: { secretName: 'tls', items: [{ key: 'tls.crt', path: 'tls.crt' }] } },
      ...(basic ? [{ name: 'passwords', secret: { secretName: 'basic-auth' } }] : []),
      { name: 'temporary', emptyDir: { sizeLimit: Quantity.fromString('256Mi') } },
    ],
    servers: [
      {
        name: 'nginx',
        image: images.nginx,
        size: env.sizes[workload],
        // Its entrypoint would edit files of a root that cannot be written.
        command: ['nginx', '-c', '/etc/taxiway/nginx/nginx.conf'],
        ports: { http: ports.http, https: ports.https, status: statusPort },
        ready: { path: '/healthz', port: 'status' },
        alive: { path: '/healthz', port: 'status' },
        startSeconds: 30,
        mounts: [
          { name: 'config', mountPath: '/etc/taxiway/nginx', readOnly: true },
          { name: 'home', mountPath: folders.home, readOnly: true },
          { name: 'tls', mountPath: folders.tls, readOnly: true },
          ...(basic ? [{ name: 'passwords', mountPath: folders.passwords, readOnly: true }] : []),
          { name: 'temporary', mountPath: folders.temporary },
        ],
      },
      toMetrics(env),
    ],
  });
  openToClients(service.node.findChild('service') as KubeService, env);
  return chart;
}

/** Its neighbour, which Prometheus reads. */
const toMetrics = (env: ClusterEnvironment): ServerProps => ({
  name: 'site-metrics',
  image: ownImage(env.registry, 'site-metrics'),
  size: metricsSize,
  command: ['node', 'main.js'],
  args: [
    ...['--certificate', `${folders.certificate}/tls.crt`, '--syslog', String(syslogPort)],
    ...['--host', '0.0.0.0', '--port', String(ports.metrics)],
  ],
  ports: { metrics: ports.metrics },
  ready: { path: '/readyz', port: 'metrics' },
  alive: { path: '/healthz', port: 'metrics' },
  startSeconds: 30,
  mounts: [{ name: 'certificate', mountPath: folders.certificate, readOnly: true }],
});

/** 80 and 443 from outside, or two ports of each node; the client's address is kept, for the rate limit and the log. */
function openToClients(service: KubeService, { entrance }: ClusterEnvironment): void {
  const opened = [
    { name: 'http', port: 80, targetPort: IntOrString.fromString('http'), protocol: 'TCP' },
    { name: 'https', port: 443, targetPort: IntOrString.fromString('https'), protocol: 'TCP' },
  ] as const;
  service.addJsonPatch(
    JsonPatch.replace('/spec/type', entrance.kind === 'node-port' ? 'NodePort' : 'LoadBalancer'),
    JsonPatch.add('/spec/externalTrafficPolicy', 'Local'),
    JsonPatch.replace(
      '/spec/ports',
      opened.map((port) => (entrance.kind === 'node-port' ? { ...port, nodePort: entrance[port.name] } : port)),
    ),
  );
}

function toClusterSite(env: ClusterEnvironment): Site {
  const originOf = (name: WorkloadName, port: string) => {
    const own: Readonly<Record<string, number>> = workloads[name].ports;
    return `http://${name}.${namespaceOf(name, env)}.svc.cluster.local:${own[port]}`;
  };
  return {
    domain: env.domain,
    authority: toAuthority(env),
    auth: env.auth.mode,
    origins: Object.fromEntries(
      Object.entries(backEnds).map(([name, one]) => [name, originOf(one.workload, one.port)]),
    ) as Record<BackEnd, string>,
    signIn: originOf('oauth2-proxy', 'http'),
    resolver: 'kube-dns.kube-system.svc.cluster.local',
    ports: { http: ports.http, https: ports.https, status: statusPort },
    syslog: syslogPort,
    folders,
    http2: true,
    rate: { perSecond: 50, burst: 300 },
  };
}
