// What a synth changed, for whoever ran it: one line an object, grouped by component.
import { isDeepStrictEqual } from 'node:util';
import { toObjects } from './dist-objects.ts';

type Objects = ReadonlyMap<string, unknown>;

/** Lines such as `prod/common: ~ ConfigMap taxiway-pipeline/pipeline-environment`; one line where nothing changed. */
export function describeChanges(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const lines = paths.flatMap((path) => {
    if (before.get(path) === after.get(path)) return [];
    const component = path.split('/').slice(0, -1).join('/');
    const changes = compare(toObjects(before.get(path) ?? ''), toObjects(after.get(path) ?? ''));
    return changes.length === 0
      ? [`${component}: ~ ${path.split('/').at(-1)} (layout only)`]
      : changes.map((one) => `${component}: ${one}`);
  });
  return lines.length === 0 ? [`dist/ is up to date (${after.size} files)`] : lines;
}

function compare(before: Objects, after: Objects): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    if (!before.has(key)) return [`+ ${key}`];
    if (!after.has(key)) return [`- ${key}`];
    return isDeepStrictEqual(before.get(key), after.get(key)) ? [] : [`~ ${key}`];
  });
}
