// Generated YAML, the same bytes on every machine.
import { stringify } from 'yaml';

const head = '# Written by npm run synth; do not edit.\n';

/** YAML 1.1, as Kubernetes' parsers read it: there `on`, `no`, `012` and `2024-01-01` are no text unless quoted. */
export const toYaml = (documents: readonly unknown[]): string =>
  head + documents.map((one) => stringify(one, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
