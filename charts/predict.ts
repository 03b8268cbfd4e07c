// The prediction service: reads the champions of the models bucket as a folder.
import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { createBucketServer } from './constructs/bucket-server.ts';
import type { ClusterEnvironment } from './env/environment.ts';

export function createPredict(scope: Construct, env: ClusterEnvironment): Chart {
  const chart = new Chart(scope, 'predict');
  createBucketServer(chart, { workload: 'predict', env, bucket: 'models' });
  return chart;
}
