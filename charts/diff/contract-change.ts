// What a change of a contract is to those who write its files or read its tables.

/** `breaking`: somebody has to change something. */
export interface ContractChange {
  readonly weight: 'breaking' | 'compatible';
  readonly text: string;
}

export const breaking = (text: string): ContractChange => ({ weight: 'breaking', text });
export const compatible = (text: string): ContractChange => ({ weight: 'compatible', text });

/** A value on one line, without the marks of code around it. */
export function show(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\s+/g, ' ').replaceAll('`', "'");
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

/** Before and after of each name that either has. */
export function pairs<T>(
  before: Readonly<Record<string, T>> = {},
  after: Readonly<Record<string, T>> = {},
): [string, T | undefined, T | undefined][] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => [
    name,
    Object.hasOwn(before, name) ? before[name] : undefined,
    Object.hasOwn(after, name) ? after[name] : undefined,
  ]);
}

/** Items by their names. */
export const byName = <T extends { readonly name: string }>(items: readonly T[] = []): Record<string, T> =>
  Object.fromEntries(items.map((item) => [item.name, item]));
