// Resolves the names of a WorkflowTemplate: tasks, their templates, dependencies and every `{{reference}}`.
import { didYouMean } from './did-you-mean.ts';
import { parseExpressions } from './expressions.ts';
import { imagePattern } from './local-command.ts';
import type { Container, Task, Template, WorkflowTemplate } from './template-schema.ts';

/** A task of the DAG with the template that it runs. */
export interface Job {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** Values of the template's inputs, still with their expressions. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly template: Template & { readonly container: Container };
}

interface Resolved {
  readonly jobs: readonly Job[];
  readonly problems: readonly string[];
}

const runReferences = ['workflow.name', 'workflow.creationTimestamp.RFC3339'];

/** Jobs in an order in which each comes after its dependencies, or what is wrong, each by its path. */
export function resolveJobs({ spec }: WorkflowTemplate): Resolved {
  const problems: string[] = [];
  const templates = new Map(
    spec.templates.map((template, index) => [template.name, { template, path: `spec.templates[${index}]` }]),
  );
  problems.push(...findDuplicates(spec.templates, 'spec.templates'));
  const main = templates.get(spec.entrypoint);
  if (main?.template.dag === undefined) {
    return {
      jobs: [],
      problems: [
        `spec.entrypoint: "${spec.entrypoint}" is not a DAG of this file${didYouMean(spec.entrypoint, [...templates.keys()])}`,
      ],
    };
  }
  const tasks = main.template.dag.tasks;
  const parameters = (spec.arguments?.parameters ?? []).map(({ name }) => name);
  problems.push(...findDuplicates(tasks, `${main.path}.dag.tasks`), ...findTemplateProblems(spec));
  const jobs = tasks.flatMap((task, index): Job[] => {
    const path = `${main.path}.dag.tasks[${index}]`;
    const found = templates.get(task.template)?.template;
    if (found?.container === undefined) {
      problems.push(
        `${path}.template: "${task.template}" is not a container template of this file${didYouMean(task.template, [...templates.keys()])}`,
      );
      return [];
    }
    const dependencies = listDependencies(task, { tasks, path, problems });
    const inputs = new Map([
      ...(found.inputs?.parameters ?? []).flatMap(({ name, value }): [string, string][] =>
        value === undefined ? [] : [[name, value]],
      ),
      ...(task.arguments?.parameters ?? []).map(({ name, value }): [string, string] => [name, value]),
    ]);
    return [{ name: task.name, dependencies, inputs, template: { ...found, container: found.container } }];
  });
  if (problems.length > 0) return { jobs: [], problems };
  const ordered = sortByDependencies(jobs);
  if (ordered.length < jobs.length) {
    const stuck = jobs.filter((job) => !ordered.includes(job)).map(({ name }) => name);
    return { jobs: [], problems: [`${main.path}.dag.tasks: these wait for each other: ${stuck.join(', ')}`] };
  }
  return {
    jobs: ordered,
    problems: ordered.flatMap((job) => findReferenceProblems(job, { ordered, parameters, path: main.path, spec })),
  };
}

function findDuplicates(items: readonly { readonly name: string }[], path: string): string[] {
  return items.flatMap(({ name }, index) =>
    items.findIndex((other) => other.name === name) < index ? [`${path}[${index}].name: "${name}" is there twice`] : [],
  );
}

function findTemplateProblems({ templates, volumes = [] }: WorkflowTemplate['spec']): string[] {
  return templates.flatMap(({ dag, container }, index) => {
    const path = `spec.templates[${index}]`;
    if ((dag === undefined) === (container === undefined)) return [`${path}: expected either dag or container`];
    if (container === undefined) return [];
    const problems = (container.volumeMounts ?? []).flatMap(({ name }, mount) =>
      volumes.some((volume) => volume.name === name)
        ? []
        : [`${path}.container.volumeMounts[${mount}].name: "${name}" is not in spec.volumes`],
    );
    if (!imagePattern.test(container.image))
      problems.push(`${path}.container.image: the local runner runs taxiway/<app>, got "${container.image}"`);
    const [program, file] = container.command as [string, string];
    if (!(program === 'node' && /^[\w-]+\.js$/.test(file)) && !(program === 'python' && /^[\w-]+\.py$/.test(file))) {
      problems.push(
        `${path}.container.command: the local runner runs [node, x.js] and [python, x.py], got [${program}, ${file}]`,
      );
    }
    return problems;
  });
}

function listDependencies(
  task: Task,
  { tasks, path, problems }: { tasks: readonly Task[]; path: string; problems: string[] },
): string[] {
  if (task.depends !== undefined && task.dependencies !== undefined)
    problems.push(`${path}: depends and dependencies exclude each other`);
  const names = task.dependencies ?? task.depends?.split('&&').map((name) => name.trim()) ?? [];
  for (const name of names) {
    if (!tasks.some((other) => other.name === name)) {
      problems.push(
        `${path}.depend${task.dependencies ? 'encies' : 's'}: "${name}" is not a task of this DAG${didYouMean(
          name,
          tasks.map((other) => other.name),
        )}`,
      );
    }
  }
  return [...new Set(names)];
}

function sortByDependencies(jobs: readonly Job[]): Job[] {
  const ordered: Job[] = [];
  const done = new Set<string>();
  for (let before = -1; before < ordered.length; ) {
    before = ordered.length;
    for (const job of jobs) {
      if (done.has(job.name) || !job.dependencies.every((name) => done.has(name))) continue;
      done.add(job.name);
      ordered.push(job);
    }
  }
  return ordered;
}

interface ReferenceScope {
  readonly ordered: readonly Job[];
  readonly parameters: readonly string[];
  readonly path: string;
  readonly spec: WorkflowTemplate['spec'];
}

function findReferenceProblems(job: Job, { ordered, parameters, path, spec }: ReferenceScope): string[] {
  const workflowNames = [...runReferences, ...parameters.map((name) => `workflow.parameters.${name}`)];
  const outputs = [...listAncestors(job, ordered)].flatMap((ancestor) =>
    (ancestor.template.outputs?.parameters ?? []).map(({ name }) => `tasks.${ancestor.name}.outputs.parameters.${name}`),
  );
  const declared = (job.template.inputs?.parameters ?? []).map(({ name }) => name);
  const task = `${path}.dag task "${job.name}"`;
  const unknown = [...job.inputs.keys()].filter((name) => !declared.includes(name));
  return [
    ...unknown.map((name) => `${task}: template "${job.template.name}" has no input "${name}"${didYouMean(name, declared)}`),
    ...declared.filter((name) => !job.inputs.has(name)).map((name) => `${task}: input "${name}" is missing`),
    ...[...job.inputs].flatMap(([name, value]) =>
      findUnknown(value, [...workflowNames, ...outputs], `${task}: argument "${name}"`),
    ),
    ...(job.template.container.args ?? []).flatMap((value, index) =>
      findUnknown(
        value,
        [...workflowNames, ...declared.map((name) => `inputs.parameters.${name}`)],
        `spec.templates[${spec.templates.findIndex(({ name }) => name === job.template.name)}].container.args[${index}]`,
      ),
    ),
  ];
}

function listAncestors(job: Job, jobs: readonly Job[]): Set<Job> {
  const found = new Set<Job>();
  const visit = (names: readonly string[]) => {
    for (const one of jobs) {
      if (!names.includes(one.name) || found.has(one)) continue;
      found.add(one);
      visit(one.dependencies);
    }
  };
  visit(job.dependencies);
  return found;
}

function findUnknown(value: string, known: readonly string[], where: string): string[] {
  return parseExpressions(value).flatMap((piece) =>
    'name' in piece && !known.includes(piece.name)
      ? [`${where}: {{${piece.name}}} is not known here${didYouMean(piece.name, known)}`]
      : [],
  );
}
