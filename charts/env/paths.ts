// The paths of the one site: each leads to one back end, so none may lie below another or take what the load balancer needs itself.

/** Paths of the load balancer's own. */
const reserved = ['/oauth2/', '/health/'];

/** Every mistake in the back ends' paths: one line each, with the file and the field. */
export function findPathProblems(backEnds: Readonly<Record<string, { readonly path: string }>>): string[] {
  const entries = Object.entries(backEnds);
  const where = (name: string) => `apps/contract/names.ts: backEnds.${name}.path`;
  return entries.flatMap(([name, { path }], index) => {
    if (!/^\/([a-z0-9-]+\/)+$/.test(path))
      return [`${where(name)}: got "${path}"; expected lower-case words between slashes, such as /docs/`];
    const others = [
      ...reserved.map((other) => ["the load balancer's own", other] as const),
      ...entries.slice(0, index).map(([other, { path: taken }]) => [other, taken] as const),
    ];
    return others
      .filter(([, taken]) => path.startsWith(taken) || taken.startsWith(path))
      .map(([other, taken]) => `${where(name)}: "${path}" overlaps "${taken}" of ${other}; give it another`);
  });
}
