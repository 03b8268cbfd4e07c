// What differs between two manifests, field by field, as a reviewer would say it.
import { isDeepStrictEqual } from 'node:util';

export interface FieldChange {
  /** `spec.template.spec.containers[name=nginx].image`. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The changed fields, in the order of the manifest. Items of a list that have names are matched by name, others by place. */
export function findFieldChanges(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const byName = namedItems(before, after);
  if (byName) return findFieldChangesOf(byName, (name) => `${path}[name=${name}]`);
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index).flatMap((index) =>
      findFieldChanges(before[index], after[index], `${path}[${index}]`),
    );
  }
  if (isObject(before) && isObject(after))
    return findFieldChangesOf([before, after], (key) => (path === '' ? key : `${path}.${key}`));
  return [{ path, before, after }];
}

type Fields = Readonly<Record<string, unknown>>;

function findFieldChangesOf([before, after]: readonly [Fields, Fields], toPath: (key: string) => string): FieldChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    findFieldChanges(before[key], after[key], toPath(key)),
  );
}

/** Both lists as records by `name`, where each item of both has one of its own. */
function namedItems(before: unknown, after: unknown): readonly [Fields, Fields] | undefined {
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined;
  const [first, second] = [before, after].map(byName);
  return first && second ? [first, second] : undefined;
}

function byName(items: readonly unknown[]): Fields | undefined {
  const names = items.map((item) => (isObject(item) ? item.name : undefined));
  if (names.some((name) => typeof name !== 'string') || new Set(names).size !== names.length) return undefined;
  return Object.fromEntries(items.map((item, index) => [names[index], item]));
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
