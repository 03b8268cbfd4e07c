// Argo's `when`, as far as the local runner knows it: two sides that are equal or not.

export interface When {
  readonly left: string;
  readonly right: string;
  readonly negated: boolean;
}

/** The sides still hold their `{{…}}`. Throws an Error for anything else than `a == b` and `a != b`. */
export function parseWhen(written: string): When {
  const match = /^\s*(\{\{[^{}]+\}\}|[\w.-]+)\s*(==|!=)\s*(\{\{[^{}]+\}\}|[\w.-]+)\s*$/.exec(written);
  if (!match)
    throw new Error(`${JSON.stringify(written)}: the local runner knows "a == b" and "a != b" of references and plain words`);
  const [, left = '', operator, right = ''] = match;
  return { left, right, negated: operator === '!=' };
}
