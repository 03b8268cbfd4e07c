// oauth2-proxy: answers the load balancer's question whether somebody is signed in, and speaks with the identity provider.
import { Construct } from 'constructs';
import { workloads } from '../../apps/contract/names.ts';
import { WebService } from '../constructs/web-service.ts';
import type { ClusterEnvironment } from '../env/environment.ts';
import { createSecret } from '../secrets.ts';
import { images } from '../versions.ts';

const workload = 'oauth2-proxy';

export interface SignInProps {
  readonly env: ClusterEnvironment;
  readonly auth: Extract<ClusterEnvironment['auth'], { mode: 'oidc' }>;
}

export class SignIn extends Construct {
  constructor(scope: Construct, id: string, { env, auth }: SignInProps) {
    super(scope, id);
    createSecret(this, workload, env);
    const fromSecret = (key: string) => ({ secret: workload, key });
    new WebService(this, workload, {
      workload,
      env,
      user: 65532,
      replicas: env.replicas,
      update: 'rolling',
      priority: 'service',
      pool: 'services',
      servers: [
        {
          name: workload,
          image: images[workload],
          size: env.sizes[workload],
          args: toArguments(env.domain, auth),
          ports: workloads[workload].ports,
          secrets: {
            OAUTH2_PROXY_CLIENT_ID: fromSecret('client-id'),
            OAUTH2_PROXY_CLIENT_SECRET: fromSecret('client-secret'),
            OAUTH2_PROXY_COOKIE_SECRET: fromSecret('cookie-secret'),
          },
          ready: { path: '/ready', port: 'http' },
          alive: { path: '/ping', port: 'http' },
          // It asks the issuer for its keys first.
          startSeconds: 60,
        },
      ],
    });
  }
}

const toArguments = (domain: string, { issuer, emailDomain }: SignInProps['auth']): string[] => [
  '--provider=oidc',
  `--oidc-issuer-url=${issuer}`,
  `--email-domain=${emailDomain}`,
  `--redirect-url=https://${domain}/oauth2/callback`,
  `--http-address=0.0.0.0:${workloads[workload].ports.http}`,
  `--metrics-address=0.0.0.0:${workloads[workload].ports.metrics}`,
  // Only the load balancer reaches it, by its NetworkPolicy: its forwarding headers are true.
  '--reverse-proxy=true',
  '--set-xauthrequest=true',
  '--upstream=static://202',
  '--skip-provider-button=true',
  '--cookie-secure=true',
  '--cookie-httponly=true',
  '--cookie-samesite=lax',
  '--cookie-expire=12h',
  `--cookie-name=__Host-taxiway`,
];
