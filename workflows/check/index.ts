// What the checks look up: templates by name, and which workflows run a template, in which part of the run.
import type { Container, Task, Template, Templates, WorkflowTemplate } from '../template-schema.ts';

/** A template and where it stands. */
export interface Entry {
  readonly owner: WorkflowTemplate;
  readonly template: Template;
  /** `spec.templates[2]` */
  readonly path: string;
}
export type ContainerEntry = Entry & { readonly template: { readonly container: Container } };

/** A run in which a template takes part. */
export interface Context {
  readonly root: WorkflowTemplate;
  readonly part: 'main' | 'exit';
}

/** What there is where the workflows run; what is not given is not judged. */
export interface Place {
  /** Folders of apps/ that have an image. */
  readonly apps?: readonly string[];
  readonly accounts?: readonly string[];
}

export interface Index {
  readonly templates: Templates;
  readonly place: Place;
  /** Of all workflows, in order. */
  readonly entries: readonly Entry[];
  readonly find: (workflow: string, template: string) => Entry | undefined;
  /** The template that a task of this workflow runs; undefined where there is none. */
  readonly calleeOf: (owner: WorkflowTemplate, task: Task) => Entry | undefined;
  /** Every run that reaches the template; its own workflow's, where nothing does. */
  readonly contextsOf: (entry: Entry) => readonly Context[];
}

export const isContainer = (entry: Entry): entry is ContainerEntry => entry.template.container !== undefined;
export const parametersOf = ({ spec }: WorkflowTemplate) => spec.arguments?.parameters ?? [];
export const inputsOf = ({ template }: Entry) => template.inputs?.parameters ?? [];
export const outputsOf = ({ template }: Entry) => template.outputs?.parameters ?? [];
/** Whether it is given the workflow's own parameters as inputs. */
export const isRoot = ({ owner, template }: Entry): boolean => [owner.spec.entrypoint, owner.spec.onExit].includes(template.name);

/** One line: where it is in the YAML, in which template and task, and what is wrong. */
export const say = (path: string, of: Entry, problem: string, task?: Task): string =>
  `${path} (${of.template.name}${task ? `.${task.name}` : ''}): ${problem}`;

/** Builds the index. Of two templates with one name, the first counts. */
export function createIndex(templates: Templates, place: Place): Index {
  const entries = [...templates.values()].flatMap((owner) =>
    owner.spec.templates.map((template, index): Entry => ({ owner, template, path: `spec.templates[${index}]` })),
  );
  const byName = new Map<string, Entry>();
  for (const entry of [...entries].reverse()) byName.set(`${entry.owner.metadata.name}/${entry.template.name}`, entry);
  const find: Index['find'] = (workflow, template) => byName.get(`${workflow}/${template}`);
  const calleeOf: Index['calleeOf'] = (owner, { template, templateRef }) =>
    templateRef ? find(templateRef.name, templateRef.template) : find(owner.metadata.name, template ?? '');
  const contexts = new Map<Entry, Context[]>();
  for (const root of templates.values()) {
    for (const part of ['main', 'exit'] as const) {
      const start = find(root.metadata.name, (part === 'main' ? root.spec.entrypoint : root.spec.onExit) ?? '');
      for (const entry of start ? reach(start, calleeOf) : [])
        contexts.set(entry, [...(contexts.get(entry) ?? []), { root, part }]);
    }
  }
  const contextsOf: Index['contextsOf'] = (entry) => contexts.get(entry) ?? [{ root: entry.owner, part: 'main' }];
  return { templates, place, entries, find, calleeOf, contextsOf };
}

function reach(start: Entry, calleeOf: Index['calleeOf']): ReadonlySet<Entry> {
  const found = new Set([start]);
  // A set that grows while it is iterated is iterated to its end.
  for (const { owner, template } of found) {
    for (const task of template.dag?.tasks ?? []) {
      const callee = calleeOf(owner, task);
      if (callee) found.add(callee);
    }
  }
  return found;
}
