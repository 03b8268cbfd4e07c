// A comparison of dist/ as Markdown: for a pull request.
import type { ObjectChange } from './compare-dist.ts';
import { type CostChange, toCostLines } from './cost-change.ts';

const signs = { added: '＋', removed: '−', changed: '～' } as const;
const mostFields = 12;

export interface Comparison {
  /** The git reference of the state before. */
  readonly reference: string;
  readonly changes: readonly ObjectChange[];
  readonly costs: readonly CostChange[];
}

/** Warnings first, then what it costs, then every object by environment and component. Values are shortened to a line. */
export function toMarkdown({ reference, changes, costs }: Comparison): string {
  if (changes.length === 0) return `Nothing changes in the clusters against \`${reference}\`.\n`;
  const count = (kind: ObjectChange['change']) => changes.filter(({ change }) => change === kind).length;
  const warned = changes.filter(({ warnings }) => warnings.length > 0);
  return [
    `Against \`${reference}\`: ${count('added')} added, ${count('removed')} removed, ${count('changed')} changed.`,
    ...(warned.length > 0
      ? [
          '',
          `## Look at these (${warned.length})`,
          '',
          ...warned.flatMap(({ environment, component, object, warnings }) =>
            warnings.map((warning) => `- **${environment}/${component}** \`${object}\`: ${warning}`),
          ),
        ]
      : []),
    ...toCostLines(costs),
    ...[...Map.groupBy(changes, ({ environment, component }) => `${environment}/${component}`)].flatMap(([place, members]) => [
      '',
      `## ${place}`,
      '',
      ...members.flatMap(toLines),
    ]),
    '',
  ].join('\n');
}

function toLines({ change, object, fields }: ObjectChange): string[] {
  const shown = fields
    .slice(0, mostFields)
    .map(({ path, before, after }) => `  - \`${path}\`: ${toValue(before)} → ${toValue(after)}`);
  const rest = fields.length > mostFields ? [`  - and ${fields.length - mostFields} more fields`] : [];
  return [`- ${signs[change]} \`${object}\``, ...shown, ...rest];
}

function toValue(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, ' ').replaceAll('`', "'");
  return `\`${line.length > 100 ? `${line.slice(0, 99)}…` : line}\``;
}
