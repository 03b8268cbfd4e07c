// The definitions of custom kinds, before everything that uses them. A prune leaves them: with a definition all its objects vanish.
import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { keepAnnotation, toLabels } from './constructs/metadata.ts';
import { type InstalledKind, installedKinds } from './crds/installed-kinds.ts';

const component = 'crds';

export function createCrds(scope: Construct): Chart {
  const chart = new Chart(scope, component);
  for (const one of installedKinds) createDefinition(chart, one);
  return chart;
}

function createDefinition(chart: Chart, installed: InstalledKind): void {
  const { group, version, kind, plural, shortNames, scope, fields, required, statusIsSubresource, columns = {} } = installed;
  const name = `${plural}.${group}`;
  new ApiObject(chart, name, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name,
      labels: toLabels(name, component),
      annotations: {
        ...keepAnnotation,
        // Groups below k8s.io are Kubernetes' own; the API server asks who allowed this one.
        ...(group.endsWith('.k8s.io')
          ? { 'api-approved.kubernetes.io': 'https://github.com/kubeflow/spark-operator/pull/1298' }
          : {}),
      },
    },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames.length === 0 ? {} : { shortNames: [...shortNames] }),
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(statusIsSubresource ? { subresources: { status: {} } } : {}),
          ...(Object.keys(columns).length === 0
            ? {}
            : {
                additionalPrinterColumns: Object.entries(columns).map(([title, { field, type }]) => ({
                  name: title,
                  type,
                  jsonPath: field,
                })),
              }),
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, ...fields },
              required: ['metadata', ...required],
            },
          },
        },
      ],
    },
  });
}
