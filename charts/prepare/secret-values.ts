// Where the first value of each entry of Secret Manager comes from: a command of functions.sh, complete by type.
import { postgresDatabases } from '../../apps/contract/names.ts';
import { type SecretName, type secrets, toSecretEntry } from '../secrets.ts';

/** Those that a cluster on Google Cloud has. */
type Wanted = { [Name in SecretName]: (typeof secrets)[Name] extends { own: true } ? never : Name }[SecretName];
type Values = { readonly [Name in Wanted]: { readonly [Key in (typeof secrets)[Name]['keys'][number]]: readonly string[] } };

const random = ['openssl', 'rand', '-hex', '24'];
/** `given` and `given_file` read a variable of whoever runs the script; the last word tells them what it is. */
const given = (variable: string, what: string) => ['given', variable, what];
const givenFile = (variable: string, what: string) => ['given_file', variable, what];

/** The command and its arguments that print the value. */
export const secretValues: Values = {
  'postgres-admin': { password: random },
  'postgres-argo': { username: ['printf', '%s', postgresDatabases.argo.user], password: random },
  'postgres-mlflow': { password: random },
  'postgres-monitor': { password: random },
  'postgres-backup': { password: random },
  // The same password: Postgres takes the one, its exporter sends the other.
  'postgres-exporter': { password: ['secret_value', toSecretEntry('postgres-monitor', 'password')] },
  'grafana-admin': { password: random },
  'alertmanager-receiver': { url: given('ALERT_URL', 'the URL that alerts are sent to') },
  'alertmanager-watchdog': { url: given('WATCHDOG_URL', 'the URL of the check that raises an alarm when messages stop') },
  tls: {
    'tls.crt': givenFile('TLS_CERTIFICATE', "path of the domain's certificate with its chain, PEM"),
    'tls.key': givenFile('TLS_KEY', "path of the certificate's key, PEM"),
  },
  'oauth2-proxy': {
    'client-id': given('OIDC_CLIENT_ID', "the identity provider's client id"),
    'client-secret': given('OIDC_CLIENT_SECRET', "the identity provider's client secret"),
    // It takes 16, 24 or 32 bytes.
    'cookie-secret': ['openssl', 'rand', '-hex', '16'],
  },
  'basic-auth': { htpasswd: ['password_file', 'SITE_PASSWORD', 'the password of the user taxiway'] },
};
