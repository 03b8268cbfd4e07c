// Checks that each template is given its inputs, all of them and no others.

import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import { type DagTask, dagOf } from './depends.ts';
import { type Entry, type Index, inputsOf, isRoot, parametersOf, say } from './index.ts';

export function findArgumentProblems(entry: Entry, index: Index): string[] {
  return [...findRootProblems(entry), ...[...dagOf(entry).tasks.values()].flatMap((one) => findTaskProblems(entry, one, index))];
}

/** The workflow's arguments are the inputs of its entrypoint and its exit handler. */
function findRootProblems(entry: Entry): string[] {
  if (!isRoot(entry)) return [];
  const names = parametersOf(entry.owner).map(({ name }) => name);
  return inputsOf(entry).flatMap(({ name, value }, at) =>
    value !== undefined || names.includes(name)
      ? []
      : [
          say(
            `${entry.path}.inputs.parameters[${at}].name`,
            entry,
            `"${name}" is not a parameter of this workflow${didYouMean(name, names)}`,
          ),
        ],
  );
}

function findTaskProblems(entry: Entry, { task, path }: DagTask, index: Index): string[] {
  const callee = index.calleeOf(entry.owner, task);
  if (callee === undefined) return [];
  const given = (task.arguments?.parameters ?? []).map(({ name }) => name);
  const inputs = inputsOf(callee);
  const names = inputs.map(({ name }) => name);
  const free = names.filter((name) => !given.includes(name));
  const called = task.templateRef ? `${callee.owner.metadata.name}/${callee.template.name}` : callee.template.name;
  return [
    ...given.flatMap((name, at) =>
      names.includes(name)
        ? []
        : [
            say(
              `${path}.arguments.parameters[${at}].name`,
              entry,
              `"${called}" has no input "${name}"${didYouMean(name, free)}`,
              task,
            ),
          ],
    ),
    ...inputs.flatMap(({ name, value }) =>
      value !== undefined || given.includes(name)
        ? []
        : [say(`${path}.arguments`, entry, `input "${name}" of "${called}" is missing`, task)],
    ),
  ];
}
