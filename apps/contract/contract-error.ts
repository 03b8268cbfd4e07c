// How a wrong definition is reported.

/** A definition that contradicts itself. The message lists every problem: what, where, and the file to correct. */
export class ContractError extends Error {
  readonly problems: readonly string[];

  /** `file` of apps/contract, without its extension. */
  constructor(file: string, problems: readonly string[]) {
    super(`${problems.join('\n')}\nfix ${problems.length === 1 ? 'it' : 'them'} in apps/contract/${file}.ts`);
    this.problems = problems;
  }
}
