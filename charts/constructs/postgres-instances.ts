// What CloudNativePG calls the pods that it makes, and where its operator runs: the NetworkPolicies select both.
// https://cloudnative-pg.io/documentation/current/labels_annotations/

/** The Cluster: it has the name of the workload, and so has the Service that clients ask for. */
export const clusterName = 'postgres';

/** On instances, and on the Jobs that fill their disks. */
export const instanceLabels = { 'cnpg.io/cluster': clusterName } as const;

/** Where an instance tells the operator, and other instances, how it is. */
export const statusPort = 8000;

/** As the operator's own manifest installs it. */
export const operator = { namespace: 'cnpg-system', labels: { 'app.kubernetes.io/name': 'cloudnative-pg' } } as const;
