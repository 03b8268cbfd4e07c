// What BigQuery's refusals mean: which of them a retry may mend, and the one line that says what to do.
// Reasons: https://cloud.google.com/bigquery/docs/error-messages
import { TemporaryError, UsageError, UserError } from './errors.ts';
import { explainSignIn, waysToSignIn } from './google-sign-in.ts';
import { networkCodes } from './network-codes.ts';
import { toLine } from './one-line.ts';

/** The same request may do in a moment. */
export class BusyError extends TemporaryError {}
/** Others have made or changed the same meanwhile. */
export class ConflictError extends TemporaryError {}
/** The dataset, table or job that was asked for is not there; a missing project is not meant. */
export class AbsentError extends UsageError {}

/** Reasons that pass by themselves, of requests and of jobs; a quota passes in hours, not while a step waits. */
const passing = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'jobRateLimitExceeded',
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
  'tableUnavailable',
  'stopped',
  'timeout',
]);
const quotas = new Set(['quotaExceeded', 'reservationQuotaExceeded']);

/** Whether a reason passes at once, or with time. */
export const passesSoon = (reason: string): boolean => passing.has(reason);
export const isTemporary = (reason: string): boolean => passing.has(reason) || quotas.has(reason);

/** What the client throws. */
interface ClientError {
  readonly message?: string;
  /** HTTP's status, or what the operating system calls it. */
  readonly code?: number | string;
  readonly errors?: readonly { readonly reason?: string; readonly message?: string }[];
}

/** An error of the client as one for the user; others as they are. `what` says what was asked. */
export function toBigQueryError(what: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const { message, code, errors } = error as Error & ClientError;
  const signIn = explainSignIn(error);
  if (signIn !== undefined) return new UsageError(`${what}: ${signIn}`);
  if (typeof code !== 'number') {
    const isNetwork = networkCodes.includes(String(code)) || /premature close|socket hang up|aborted/i.test(message);
    if (isNetwork) return new BusyError(`${what}: can't reach BigQuery: ${toLine(String(code ?? message))}`);
    // An answer that is cut or no JSON.
    return error instanceof SyntaxError || /invalid json/i.test(message)
      ? new BusyError(`${what}: BigQuery's answer can't be read: ${toLine(message)}`)
      : error;
  }
  const { reason = '', message: first } = errors?.[0] ?? {};
  const why = toLine(first ?? message);
  const line = `${what}: ${explain(code, reason, why)}`;
  if (code === 409 || code === 412) return new ConflictError(line);
  if (code === 408 || code === 429 || code >= 500 || passesSoon(reason)) return new BusyError(line);
  if (isTemporary(reason)) return new TemporaryError(line);
  return code === 404 && /^Not found: (Dataset|Table|Job)\b/i.test(why) ? new AbsentError(line) : new UsageError(line);
}

function explain(status: number, reason: string, message: string): string {
  if (status === 401) return `BigQuery does not accept the sign-in (401); ${waysToSignIn}`;
  if (quotas.has(reason)) return `a quota of the project is used up: ${message}; try again later, or ask for more`;
  if (status === 403 && !isTemporary(reason))
    return `not allowed: ${message}; the account needs that role on the project, and the project BigQuery's API and billing`;
  if (status === 404) return `${message || 'not found'}; check --warehouse and --location`;
  return `BigQuery says ${status}${reason === '' ? '' : ` ${reason}`}: ${message}`;
}
