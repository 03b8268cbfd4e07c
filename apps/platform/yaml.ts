// Generated YAML, the same bytes on every machine.
import { Document, visit } from 'yaml';

const head = '# Written by npm run synth; do not edit.\n';

/** YAML 1.1, as Kubernetes' parsers read it: there `on`, `no`, `012` and `2024-01-01` are no text unless quoted. */
export const toYaml = (documents: readonly unknown[]): string => head + documents.map(toYamlDocument).join('---\n');

/** Line ends of YAML 1.1 beyond \n, and what its parsers refuse unless it is escaped. */
const special = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Kubernetes' parser takes such a tab for wrong indentation, unless the text is in quotes. */
const leadingTab = /^\s*\t/;

/** One document, without the head. */
export function toYamlDocument(value: unknown): string {
  const document = new Document(value, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && (node.value.search(special) >= 0 || leadingTab.test(node.value)))
        node.type = 'QUOTE_DOUBLE';
    },
  });
  // Only texts in double quotes hold them now.
  return document.toString({ lineWidth: 0 }).replace(special, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
