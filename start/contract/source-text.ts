// A draft as the text of apps/contract/<category>.ts. Every value is a literal or a line of a comment: no text of others is ever code.
import type { Predicate } from '../../apps/contract/predicate.ts';
import type { Draft, Noted } from './draft.ts';

/** JavaScript ends lines at these two, too, in comments as well. */
const lineEnds = /[\u2028\u2029]/g;
const escapeEnds = (text: string): string => text.replace(lineEnds, (one) => `\\u${one.charCodeAt(0).toString(16)}`);

/** A value as a literal. */
export function toLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toLiteral).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{ ${fields.map(([key, field]) => `${toKey(key)}: ${toLiteral(field)}`).join(', ')} }`;
  }
  return escapeEnds(JSON.stringify(value));
}

/** `__proto__: …` would set what the object is made of. */
const toKey = (key: string): string => (key === '__proto__' ? `['__proto__']` : toLiteral(key));

/** A comment of one line, whatever the text holds. */
const toComment = (text: string): string => `// ${escapeEnds(JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"'))}\n`;

const withNote = ({ note }: Noted<object>, text: string): string => (note === undefined ? text : `${toComment(note)}${text}`);

const functions = {
  present: 'present',
  'one-of': 'oneOf',
  between: 'between',
  matches: 'matches',
  before: 'before',
  'not-after': 'notAfter',
  lasts: 'lasts',
  'before-as-of': 'beforeAsOf',
  'in-month': 'inMonth',
  'if-present': 'ifPresent',
  not: 'not',
  all: 'all',
  any: 'any',
} as const satisfies Readonly<Record<Predicate['op'], string>>;

function toCall(predicate: Predicate): string {
  const call = (...args: string[]) => `${functions[predicate.op]}(${args.join(', ')})`;
  switch (predicate.op) {
    case 'all':
    case 'any':
      return call(...predicate.predicates.map(toCall));
    case 'not':
      return call(toCall(predicate.holds));
    case 'if-present':
      return call(toLiteral(predicate.column), toCall(predicate.holds));
    case 'one-of':
      return call(toLiteral(predicate.column), toLiteral(predicate.values));
    case 'matches':
      return call(toLiteral(predicate.column), toLiteral(predicate.pattern));
    case 'before':
    case 'not-after':
      return call(toLiteral(predicate.column), toLiteral(predicate.other));
    case 'lasts': {
      const { atLeast, below } = predicate;
      return call(toLiteral(predicate.column), toLiteral(predicate.other), toLiteral({ atLeast, below }));
    }
    case 'between': {
      const { atLeast, atMost, below } = predicate;
      return call(toLiteral(predicate.column), toLiteral({ atLeast, atMost, below }));
    }
    case 'present':
    case 'before-as-of':
    case 'in-month':
      return call(toLiteral(predicate.column));
  }
}

function functionsOf(predicate: Predicate): string[] {
  const parts = 'predicates' in predicate ? predicate.predicates : 'holds' in predicate ? [predicate.holds] : [];
  return [functions[predicate.op], ...parts.flatMap(functionsOf)];
}

/** Words that can't name a constant of a module. A category is lower-case letters and digits. */
const words = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for
  function if implements import in instanceof interface let new null package private protected public return static super switch this
  throw true try typeof undefined var void while with yield`.split(/\s+/),
);
const nameOf = ({ category }: Draft, used: readonly string[]): string =>
  words.has(category) || used.includes(category) ? `${category}Data` : category;

/** The file's text, not yet formatted. */
export function toSourceText(draft: Draft): string {
  const { category, version, title, description, files, row, promises, time, key, must, cluster, expectations } = draft;
  const used = [...new Set(draft.rules.flatMap(({ holds }) => functionsOf(holds)))].sort();
  const { note: _, ...timeFields } = time;
  const field = (name: string, value: unknown) => (value === undefined ? '' : `${name}: ${toLiteral(value)},\n`);
  const list = (name: string, items: readonly string[]) => `${name}: [\n${items.map((item) => `${item},\n`).join('')}],\n`;
  return [
    toComment(`${title}. Written by \`npm run contract -- import\`: review every line, then delete the comments.`),
    ...draft.notes.map(toComment),
    `import { defineDataset } from './define-dataset.ts';\n`,
    used.length === 0 ? '' : `import { ${used.join(', ')} } from './predicate.ts';\n`,
    `\nexport const ${nameOf(draft, ['defineDataset', ...used])} = defineDataset({\n`,
    field('category', category),
    field('version', version),
    field('title', title),
    field('description', description),
    field('files', files),
    field('row', row),
    field('promises', promises),
    list(
      'columns',
      draft.columns.map((column) => withNote(column, toLiteral({ ...column, note: undefined }))),
    ),
    withNote(time, field('time', timeFields)),
    key === undefined ? '' : withNote(key, field('key', key.columns)),
    field('must', must),
    field('cluster', cluster),
    list(
      'rules',
      draft.rules.map((rule) => {
        const { name, description, holds } = rule;
        return withNote(rule, `{ name: ${toLiteral(name)}, description: ${toLiteral(description)}, holds: ${toCall(holds)} }`);
      }),
    ),
    field('expectations', expectations.length > 0 ? expectations : undefined),
    '});\n',
  ].join('');
}
