// Two states of dist/ compared object by object.
import { type KubernetesObject, toObjects } from '../dist-objects.ts';
import { type FieldChange, findFieldChanges } from './field-changes.ts';
import { findWarnings } from './warnings.ts';

export interface ObjectChange {
  readonly environment: string;
  readonly component: string;
  /** `Kind namespace/name`. */
  readonly object: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly fields: readonly FieldChange[];
  /** What a reviewer must not overlook. */
  readonly warnings: readonly string[];
}

/** The changed objects by environment, component and name. An object that moves between files of a component is not a change. Pure. */
export function compareDist(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): ObjectChange[] {
  const [old, now] = [collect(before), collect(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key): ObjectChange[] => {
    const [environment = '', component = '', object = ''] = key.split('\n');
    const [was, is] = [old.get(key), now.get(key)];
    const fields = was && is ? findFieldChanges(was, is) : [];
    if (was && is && fields.length === 0) return [];
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
    return [{ environment, component, object, change, fields, warnings: findWarnings(was, is) }];
  });
}

function collect(files: ReadonlyMap<string, string>): Map<string, KubernetesObject> {
  const objects = new Map<string, KubernetesObject>();
  for (const [path, text] of files) {
    const [environment, component] = path.split('/');
    for (const [name, value] of toObjects(text)) objects.set(`${environment}\n${component}\n${name}`, value);
  }
  return objects;
}
