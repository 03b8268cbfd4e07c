// The exit codes of every program and the errors that carry them. Argo retries 75, deleted pods and nothing else.

export const exitCode = { done: 0, outcome: 1, usage: 2, bug: 70, temporary: 75 } as const;

/** An error meant for the user: one line, no stack trace. `result` is still written as the step's result. */
export class UserError extends Error {
  readonly exitCode: number;
  readonly result: object | undefined;

  constructor(exitCode: number, message: string, result?: object) {
    super(message);
    this.exitCode = exitCode;
    this.result = result;
  }
}

/** The data say no (exit 1): a bad file, a failed validation, rows that got lost. */
export class OutcomeError extends UserError {
  constructor(message: string, result?: object) {
    super(exitCode.outcome, message, result);
  }
}

/** Wrong usage or configuration (exit 2). */
export class UsageError extends UserError {
  constructor(message: string) {
    super(exitCode.usage, message);
  }
}

/** The remote, the network or a quota (exit 75): a retry may help. */
export class TemporaryError extends UserError {
  constructor(message: string) {
    super(exitCode.temporary, message);
  }
}
