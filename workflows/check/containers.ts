// Checks what a container stands on: volumes and mounts, its account, its deadline, its retries; and names of mutexes.

import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import type { Template } from '../template-schema.ts';
import { type ContainerEntry, type Index, outputsOf, say } from './index.ts';

/** More attempts than these hide a failure instead of passing over it. */
const mostRetries = 10;

export function findContainerProblems(entry: ContainerEntry, index: Index): string[] {
  return [
    ...findMountProblems(entry, index),
    ...findOutputPathProblems(entry),
    ...findAccountProblems(entry, index),
    ...findLimitProblems(entry),
  ];
}

const mountsOf = ({ template }: ContainerEntry) =>
  (template.container.volumeMounts ?? []).map((mount, at) => ({ ...mount, at, folder: mount.mountPath.replace(/\/+$/, '') }));

/** The volumes are those of the workflow that runs the template, which may be another one's. */
function findMountProblems(entry: ContainerEntry, index: Index): string[] {
  const mounts = mountsOf(entry);
  const path = `${entry.path}.container.volumeMounts`;
  return mounts.flatMap(({ name, at, folder }) => {
    const without = index.contextsOf(entry).find(({ root }) => !root.spec.volumes?.some((volume) => volume.name === name))?.root;
    const volumes = (without?.spec.volumes ?? []).map((volume) => volume.name);
    const whose =
      without === entry.owner ? 'spec.volumes' : `spec.volumes of workflow "${without?.metadata.name}", which runs this template`;
    return [
      ...(without ? [say(`${path}[${at}].name`, entry, `"${name}" is not in ${whose}${didYouMean(name, volumes)}`)] : []),
      ...(mounts.findIndex((other) => other.folder === folder) < at
        ? [say(`${path}[${at}].mountPath`, entry, `"${folder}" is mounted twice`)]
        : []),
    ];
  });
}

function findOutputPathProblems(entry: ContainerEntry): string[] {
  const writable = mountsOf(entry).filter(({ readOnly }) => readOnly !== true);
  return outputsOf(entry).flatMap(({ valueFrom }, at) => {
    const path = `${entry.path}.outputs.parameters[${at}].valueFrom`;
    if ('parameter' in valueFrom) return [say(`${path}.parameter`, entry, "a container's output is a file: valueFrom.path")];
    if (writable.some(({ folder }) => valueFrom.path.startsWith(`${folder}/`) && !valueFrom.path.split('/').includes('..')))
      return [];
    const folders = writable.map(({ folder }) => folder).join(', ') || 'none';
    return [say(`${path}.path`, entry, `"${valueFrom.path}" is not below a writable mount; there are ${folders}`)];
  });
}

function findAccountProblems(entry: ContainerEntry, { place: { accounts } }: Index): string[] {
  const account = entry.template.serviceAccountName;
  if (accounts === undefined || account === undefined || accounts.includes(String(account))) return [];
  return [
    say(`${entry.path}.serviceAccountName`, entry, `there is no account "${account}"${didYouMean(String(account), accounts)}`),
  ];
}

function findLimitProblems(entry: ContainerEntry): string[] {
  const { activeDeadlineSeconds: own, retryStrategy } = entry.template;
  const all = entry.owner.spec.activeDeadlineSeconds;
  const problems: string[] = [];
  const refuse = (field: string, problem: string) => problems.push(say(`${entry.path}.${field}`, entry, problem));
  if (own === undefined) refuse('activeDeadlineSeconds', 'is missing: a step that hangs would run for ever');
  else if (all !== undefined && own > all) refuse('activeDeadlineSeconds', `${own} s is longer than the workflow's ${all} s`);
  const { limit = 0 } = retryStrategy ?? {};
  if (limit > mostRetries) refuse('retryStrategy.limit', `expected at most ${mostRetries}, got ${limit}`);
  return problems;
}

/** An empty name would be one mutex for everything that has it. */
export const findMutexProblems = ({ synchronization }: Pick<Template, 'synchronization'>, path: string): string[] =>
  (synchronization?.mutexes ?? []).flatMap(({ name }, at) =>
    name.trim() === '' ? [`${path}.synchronization.mutexes[${at}].name: is empty`] : [],
  );
