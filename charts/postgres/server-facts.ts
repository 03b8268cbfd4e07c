// What the server and the Job tell create-databases.sh: each component's database, user and password.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Volume, VolumeMount } from 'cdk8s-plus-28/lib/imports/k8s.js';
import { postgresDatabases, postgresMonitor } from '../../apps/contract/names.ts';
import type { SecretName } from '../secrets.ts';

/** The official image runs as any user; a number so high is no user of a node. */
export const postgresUser = 10001;

/** The text of a file of this folder. */
export const readScript = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

const components = Object.entries(postgresDatabases);

/** Literal variables of each component. */
export const componentVariables: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    components.flatMap(([name, { database, user }]) => [
      [`${name.toUpperCase()}_DB`, database],
      [`${name.toUpperCase()}_DB_USER`, user],
    ]),
  ),
  MONITOR_USER: postgresMonitor,
};

/** Secrets by the variable that names the file of its password. */
export const componentPasswords: Readonly<Record<string, SecretName>> = {
  ...Object.fromEntries(components.map(([name]) => [`${name.toUpperCase()}_DB_PASSWORD_FILE`, `postgres-${name}` as SecretName])),
  MONITOR_PASSWORD_FILE: 'postgres-monitor',
};

/** Passwords as files: variables show in more places than files do. */
export function mountPasswords(passwords: Readonly<Record<string, SecretName>>) {
  const entries = Object.entries(passwords);
  return {
    variables: Object.fromEntries(entries.map(([variable, secret]) => [variable, `/secrets/${secret}/password`])),
    mounts: entries.map(([, secret]): VolumeMount => ({ name: secret, mountPath: `/secrets/${secret}`, readOnly: true })),
    volumes: entries.map(
      ([, secret]): Volume => ({
        name: secret,
        secret: { secretName: secret, items: [{ key: 'password', path: 'password' }], defaultMode: 0o440 },
      }),
    ),
  };
}
