// The documentation site: reads the docs bucket as a folder.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { createBucketServer } from './constructs/bucket-server.ts';
import type { ClusterEnvironment } from './env/environment.ts';

export function createDocs(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, 'docs');
  createBucketServer(chart, { workload: 'docs', env, bucket: 'docs' });
  return chart;
}
