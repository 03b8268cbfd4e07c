// Postgres for workflows and models: the server in the way that the environment chooses, the nightly backup and its weekly check.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConfigFiles } from './constructs/config-files.ts';
import type { ClusterEnvironment } from './env/environment.ts';
import { createInstances } from './postgres/cloudnativepg.ts';
import { createBackupJobs, createDatabasesJob, createJobAccount } from './postgres/jobs.ts';
import { createServer } from './postgres/server.ts';
import { readScript } from './postgres/server-facts.ts';
import { createSecret, type SecretFacts, type SecretName, secrets, secretsOf } from './secrets.ts';

const workload = 'postgres';

export function createPostgres(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, workload);
  const operated = env.database === 'cloudnativepg';
  for (const name of findSecrets(env)) createSecret(chart, name, env);
  createJobAccount(chart, env);
  if (operated) createInstances(chart, env);
  else {
    const files = { 'create-databases.sh': readScript('create-databases.sh') };
    const scripts = new ConfigFiles(chart, 'postgres-scripts', { workload, env, files });
    createServer(chart, env, scripts);
    createDatabasesJob(chart, env, scripts);
  }
  createBackupJobs(chart, env);
  return chart;
}

/** Those that the jobs or the server read, in this way of running it. */
const findSecrets = (env: ClusterEnvironment): SecretName[] =>
  secretsOf(env).filter((name) => (secrets[name] as SecretFacts).readers.includes('postgres-job'));
