// Argo's `when`, as far as the local runner knows it: pairs of sides that are equal or not.

export interface When {
  readonly left: string;
  readonly right: string;
  readonly negated: boolean;
}

/** Comparisons that must all hold. The sides still hold their `{{…}}`. Throws an Error for anything else than `a == b` and `a != b`, joined by `&&`. */
export function parseWhen(written: string): When[] {
  return written.split('&&').map((part) => {
    const match = /^\s*(\{\{[^{}]+\}\}|[\w.-]+)\s*(==|!=)\s*(\{\{[^{}]+\}\}|[\w.-]+)\s*$/.exec(part);
    if (!match)
      throw new Error(
        `${JSON.stringify(written)}: the local runner knows "a == b" and "a != b" of references and plain words, joined by &&`,
      );
    const [, left = '', operator, right = ''] = match;
    return { left, right, negated: operator === '!=' };
  });
}
