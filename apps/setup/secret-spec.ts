// What --secrets may say: each Secret, and where each of its values comes from. Values themselves are made elsewhere.
import { z } from 'zod';
import { jsonOption, labels, name, namespace } from './json-option.ts';

/** As Kubernetes takes it. */
const key = z
  .string()
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/, { error: 'expected a key of a Secret: letters, digits, "-", "_" and "."' })
  // Found in every object, also where nobody has put it.
  .refine((text) => !(text in {}), { error: 'expected another key: JavaScript has something of this name in every object' });

const place = z.strictObject({ namespace, name, key });

const host = z
  .string()
  .max(253)
  .regex(/^(\*\.)?[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$|^[0-9a-fA-F:]+$/, {
    error: 'expected a host name or an IP address',
  });

const sources = {
  /** As it is written here: nothing secret. */
  text: z.string(),
  /** Made once. `password`: 32 letters and digits; `accessKey`: 20 upper-case letters and digits. */
  random: z.enum(['password', 'accessKey']),
  /** The value of another key. */
  same: place,
  /** A line of nginx's auth_basic for a user, whose password is the value of another key. */
  htpasswd: z.strictObject({
    user: z.string().regex(/^[^:\s\p{Cc}]{1,64}$/u, { error: 'expected a user without spaces and ":"' }),
    of: place,
  }),
  /** A self-signed certificate, PEM. */
  certificate: z.strictObject({ hosts: z.array(host).min(1), days: z.int().min(1).max(3650) }),
  /** The private key of a certificate, PEM; names the key of the same Secret that has the certificate. */
  certificateKey: key,
};
const kinds = Object.keys(sources);

const source = z
  .strictObject(sources)
  .partial()
  .refine((found) => Object.keys(found).length === 1, {
    error: `expected one of ${kinds.join(', ')}`,
  });

const secret = z.strictObject({ name, namespace, labels: labels.default({}), keys: z.record(key, source) });

export type SecretSpec = z.output<typeof secret>;
export type Source = z.output<typeof source>;
export type Place = z.output<typeof place>;

export const secretsOption = jsonOption(
  z.array(secret).transform((specs, context) => {
    const problems = findProblems(specs);
    for (const message of problems) context.addIssue({ code: 'custom', message });
    return problems.length > 0 ? z.NEVER : toOrder(specs);
  }),
);

export const idOf = ({ namespace, name }: Pick<SecretSpec, 'namespace' | 'name'>): string => `${namespace}/${name}`;

/** The key that a value is made of. */
export const originOf = ({ same, htpasswd }: Source): Place | undefined => same ?? htpasswd?.of;

/** One line a mistake across Secrets: names that are there twice, references to nothing, circles. */
function findProblems(specs: readonly SecretSpec[]): string[] {
  const byId = new Map(specs.map((spec) => [idOf(spec), spec]));
  const twice = specs.filter((spec) => byId.get(idOf(spec)) !== spec).map((spec) => `${idOf(spec)} is there twice`);
  const wrong = specs.flatMap((spec) =>
    Object.entries(spec.keys).flatMap(([name, one]) => {
      const where = `${idOf(spec)} ${name}`;
      const origin = originOf(one);
      if (origin !== undefined && byId.get(idOf(origin))?.keys[origin.key] === undefined)
        return [`${where}: no Secret of the list has ${idOf(origin)} ${origin.key}`];
      if (one.certificateKey !== undefined && spec.keys[one.certificateKey]?.certificate === undefined)
        return [`${where}: ${one.certificateKey} of this Secret is no certificate`];
      const { certificate } = one;
      const holders = Object.values(spec.keys).filter((other) => other.certificateKey === name).length;
      if (certificate !== undefined && holders !== 1) return [`${where}: expected one certificateKey for it, got ${holders}`];
      return [];
    }),
  );
  const problems = [...twice, ...wrong];
  if (problems.length > 0) return problems;
  return toOrder(specs).length === specs.length ? [] : ['Secrets are made of each other in a circle'];
}

/** Each Secret after those that it is made of; those in a circle are left out. */
function toOrder(specs: readonly SecretSpec[]): SecretSpec[] {
  const ordered: SecretSpec[] = [];
  const settled = new Set<string>();
  for (let before = -1; before !== ordered.length; ) {
    before = ordered.length;
    for (const spec of specs) {
      if (settled.has(idOf(spec)) || !isReady(spec, settled)) continue;
      ordered.push(spec);
      settled.add(idOf(spec));
    }
  }
  return ordered;
}

const isReady = (spec: SecretSpec, settled: ReadonlySet<string>): boolean =>
  toKeyOrder(spec) !== undefined &&
  Object.values(spec.keys).every((one) => {
    const origin = originOf(one);
    return origin === undefined || idOf(origin) === idOf(spec) || settled.has(idOf(origin));
  });

/** The keys of a Secret, each after those of the same Secret that it is made of; undefined where there is a circle. */
export function toKeyOrder(spec: SecretSpec): [string, Source][] | undefined {
  const left = new Map(Object.entries(spec.keys));
  const ordered: [string, Source][] = [];
  while (left.size > 0) {
    const ready = [...left].filter(([, one]) => {
      const origin = originOf(one);
      const isWithin = origin !== undefined && idOf(origin) === idOf(spec) && left.has(origin.key);
      return !isWithin && !(one.certificateKey !== undefined && left.has(one.certificateKey));
    });
    if (ready.length === 0) return undefined;
    for (const [name, one] of ready) {
      ordered.push([name, one]);
      left.delete(name);
    }
  }
  return ordered;
}
