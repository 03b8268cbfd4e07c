// Checks the arguments of a container against the program that it runs: flags, values, and files that become outputs.

import { didYouMean } from '../../apps/contract/did-you-mean.ts';
import type { Kind } from '../expressions.ts';
import { imagePattern } from '../local/local-command.ts';
import { commonFlags, type FlagKind, type Program, programs, toFlag } from '../programs.ts';
import type { Container } from '../template-schema.ts';
import { type ContainerEntry, type Index, outputsOf, say } from './index.ts';

/** Apps that have a program here. */
export const knownApps: readonly string[] = [...new Set(Object.values(programs).map(({ app }) => app))];
const all: readonly Program[] = Object.values(programs);

export interface FlagUse {
  readonly flag: string;
  readonly kind: Kind;
  readonly value: string;
  /** Of the value in `args`. */
  readonly at: number;
}

export const appOf = ({ image }: Container): string | undefined => imagePattern.exec(image)?.[1];

/** The program by image, command and fixed flags; undefined for an app that programs.ts does not have, a problem where none fits. */
export function findProgram(container: Container): Program | { readonly field: string; readonly problem: string } | undefined {
  const app = appOf(container);
  const ofApp = all.filter((one) => one.app === app);
  if (ofApp.length === 0) return undefined;
  const command = container.command.join(' ');
  const ofCommand = ofApp.filter((one) => one.command.join(' ') === command);
  if (ofCommand.length === 0) {
    const commands = ofApp.map((one) => one.command.join(' '));
    return { field: '.command', problem: `apps/${app} has no "${command}"${didYouMean(command, commands)}` };
  }
  const { args = [] } = container;
  const fits = ofCommand.find(({ fixed = {} }) =>
    Object.entries(fixed).every(([key, value]) => args[args.indexOf(toFlag(key)) + 1] === value),
  );
  if (fits) return fits;
  const [key = ''] = Object.keys(ofCommand[0]?.fixed ?? {});
  const tasks = ofCommand.map(({ fixed = {} }) => fixed[key] ?? '');
  const at = args.indexOf(toFlag(key)) + 1;
  const got = at === 0 ? 'is missing' : `is "${args[at]}"`;
  const field = at === 0 ? '.args' : `.args[${at}]`;
  return {
    field,
    problem: `${toFlag(key)} of apps/${app} ${got}; expected one of ${tasks.join(', ')}${didYouMean(args[at] ?? '', tasks)}`,
  };
}

/** Flags that take a value of a kind, as far as they are in order. */
export const listFlagUses = (container: Container): readonly FlagUse[] => readArgs(container).uses;

export function findFlagProblems(entry: ContainerEntry, { place }: Index): string[] {
  const { container } = entry.template;
  const path = `${entry.path}.container`;
  const refuse = (field: string, problem: string) => say(`${path}${field}`, entry, problem);
  const app = appOf(container);
  if (app === undefined) return [refuse('.image', `expected <registry>/<app>:<version>, got "${container.image}"`)];
  const image =
    place.apps && !place.apps.includes(app) ? [refuse('.image', `there is no apps/${app}${didYouMean(app, place.apps)}`)] : [];
  const [program, file] = container.command as [string, string];
  if (!(program === 'node' && /^[\w-]+\.js$/.test(file)) && !(program === 'python' && /^[\w-]+\.py$/.test(file)))
    return [...image, refuse('.command', `expected [node, x.js] or [python, x.py], got [${program}, ${file}]`)];
  const found = findProgram(container);
  if (found === undefined) return image;
  if ('problem' in found) return [...image, refuse(found.field, found.problem)];
  return [
    ...image,
    ...readArgs(container).problems.map(([field, problem]) => refuse(field, problem)),
    ...findOutputProblems(entry, found),
  ];
}

type FlagProblem = readonly [field: string, problem: string];

function readArgs(container: Container): { readonly uses: FlagUse[]; readonly problems: FlagProblem[] } {
  const uses: FlagUse[] = [];
  const problems: FlagProblem[] = [];
  const program = findProgram(container);
  if (program === undefined || 'problem' in program) return { uses, problems };
  const { args = [] } = container;
  const flags = listFlags(program);
  const seen = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const flag = args[at] as string;
    const kind = flags.get(flag);
    if (kind === undefined) {
      problems.push([`.args[${at}]`, `"${flag}" is not a flag of apps/${program.app}${didYouMean(flag, [...flags.keys()])}`]);
      // Its value, if it has one, is no flag either.
      if (args[at + 1]?.startsWith('--') === false) at += 1;
      continue;
    }
    if (seen.has(flag)) problems.push([`.args[${at}]`, `${flag} is there twice`]);
    seen.add(flag);
    if (kind === 'switch') continue;
    const value = args[at + 1];
    if (value === undefined || flags.has(value)) problems.push([`.args[${at}]`, `${flag} has no value`]);
    else uses.push({ flag, kind: kind.replace('?', '') as Kind, value, at: ++at });
  }
  for (const [flag, kind] of flags)
    if (!seen.has(flag) && kind !== 'switch' && !kind.endsWith('?'))
      problems.push(['.args', `${flag} of apps/${program.app} is missing`]);
  return { uses, problems };
}

const listFlags = ({ flags, fixed = {} }: Program): ReadonlyMap<string, FlagKind> =>
  new Map<string, FlagKind>([
    ...Object.keys(fixed).map((key) => [toFlag(key), 'text'] as const),
    ...Object.entries(flags).map(([key, kind]) => [toFlag(key), kind] as const),
    [commonFlags.result, 'path'],
    [commonFlags.outputs, 'path?'],
  ]);

/** Each output is the result, or a file below the outputs' folder that the program writes. */
function findOutputProblems(entry: ContainerEntry, { app, outputs }: Program): string[] {
  const { args = [] } = entry.template.container;
  const result = args[args.indexOf(commonFlags.result) + 1];
  const at = args.indexOf(commonFlags.outputs) + 1;
  const files = at === 0 ? [] : Object.keys(outputs).map((name) => `${args[at]}/${name}`);
  return outputsOf(entry).flatMap(({ valueFrom }, number) => {
    if (!('path' in valueFrom) || valueFrom.path === result || files.includes(valueFrom.path)) return [];
    const problem = `apps/${app} writes no "${valueFrom.path}"${didYouMean(valueFrom.path, [...files, result ?? ''])}`;
    return [say(`${entry.path}.outputs.parameters[${number}].valueFrom.path`, entry, problem)];
  });
}
