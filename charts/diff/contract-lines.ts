// The comparison of contracts as Markdown, for a pull request.
import type { ContractComparison } from './contract-changes.ts';

const marks = { breaking: '**breaks**', compatible: 'compatible' } as const;

/** A section; no line where no contract differs. `contracts` is undefined where the reference has none in Git. */
export function toContractLines(reference: string, contracts: readonly ContractComparison[] | undefined): string[] {
  if (!contracts) return [`The contracts are not compared: \`${reference}\` has none in Git yet.`, ''];
  return contracts.length === 0 ? [] : ['## Contracts', '', ...contracts.flatMap(toLines), ''];
}

function toLines({ category, before, after, changes, tables, needs }: ContractComparison): string[] {
  const versions = before === after ? before : [before, after].filter((one) => one !== undefined).join(' → ');
  return [
    `- **${category}** ${versions}${needs === undefined ? '' : `: ${toDemand({ category, needs })}`}`,
    ...changes.map(({ weight, text }) => `  - ${marks[weight]}: ${text}`),
    ...tables.map(
      ({ table, reasons }) =>
        `  - **by hand**: BigQuery can't change \`${table}\` in place (${reasons.join('; ')}): copy it under another name, delete it and run a full refresh`,
    ),
  ];
}

const toDemand = ({ category, needs }: Pick<ContractComparison, 'category' | 'needs'>): string =>
  `set version: '${needs}' or higher in apps/contract/${category}.ts`;

/** One line for standard error: what each too low version must become. Undefined where none is too low. */
export function toRefusal(contracts: readonly ContractComparison[]): string | undefined {
  const low = contracts.filter(({ needs }) => needs !== undefined);
  if (low.length === 0) return undefined;
  return low
    .map((one) => `${one.category}: version ${one.before} → ${one.after} is too low for what changes; ${toDemand(one)}`)
    .join('; ');
}
