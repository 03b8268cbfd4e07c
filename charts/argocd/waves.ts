// The order in which Argo CD syncs the components of an environment: each wave waits until the one before is healthy.

const waves: Readonly<Record<string, number>> = {
  crds: -4,
  common: -3,
  // Secrets, and the policies without which nobody reaches the API server; then the buckets.
  setup: -2,
  objects: -1,
  // The controller and MLflow start when their databases answer.
  postgres: -1,
  // What runs workflows, before the workflows; a job that no webhook answers for is refused.
  'argo-workflows': 1,
  'spark-operator': 1,
  workflows: 2,
  // Opens the site when there is something behind it.
  'load-balancer': 3,
  // Starts workflows.
  trigger: 3,
};

/** 0 where nothing is said: after Postgres, in no order. */
export const waveOf = (component: string): number => waves[component] ?? 0;
