// What BigQuery's refusals mean: which of them a retry may mend, and the one line that says what to do.
// Reasons: https://cloud.google.com/bigquery/docs/error-messages
import { exitCode, UserError } from './errors.ts';
import { toLine } from './one-line.ts';

/** BigQuery's no to one request. `status` is HTTP's, 0 where no answer came. */
export class BigQueryRefusal extends UserError {
  readonly status: number;
  /** True where the same request may do in a moment. */
  readonly passes: boolean;
  /** True where the dataset, table or job that was asked for is not there; a missing project is not meant. */
  readonly isAbsent: boolean;
  readonly retryAfterSeconds: number;

  constructor(
    message: string,
    facts: Pick<BigQueryRefusal, 'status' | 'exitCode' | 'passes'> &
      Partial<Pick<BigQueryRefusal, 'isAbsent' | 'retryAfterSeconds'>>,
  ) {
    super(facts.exitCode, message);
    this.status = facts.status;
    this.passes = facts.passes;
    this.isAbsent = facts.isAbsent ?? false;
    this.retryAfterSeconds = facts.retryAfterSeconds ?? 0;
  }
}

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

/** The refusal that an answer of 400 and more is. `what` says what was asked. */
export function toRefusal(
  what: string,
  { status, text, retryAfter }: { status: number; text: string; retryAfter: string | null },
): BigQueryRefusal {
  const { reason, message } = readError(text);
  const passes = status === 408 || status === 429 || status >= 500 || passesSoon(reason);
  return new BigQueryRefusal(`${what}: ${explain(status, reason, message)}`, {
    status,
    passes,
    exitCode: passes || isTemporary(reason) || status === 409 || status === 412 ? exitCode.temporary : exitCode.usage,
    isAbsent: status === 404 && /^Not found: (Dataset|Table|Job)\b/i.test(message),
    retryAfterSeconds: /^\d{1,3}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0,
  });
}

/** The refusal that no answer is: the connection was cut, the name does not resolve, the time is over. */
export function toUnreachable(what: string, error: Error): BigQueryRefusal {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  const why = error.name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? cause?.message ?? error.message);
  return new BigQueryRefusal(`${what}: can't reach BigQuery: ${toLine(why)}`, {
    status: 0,
    passes: true,
    exitCode: exitCode.temporary,
  });
}

function explain(status: number, reason: string, message: string): string {
  if (status === 401) return `BigQuery does not accept the sign-in (401); check the pod's account and its Workload Identity`;
  if (quotas.has(reason)) return `a quota of the project is used up: ${message}; try again later, or ask for more`;
  if (status === 403 && !isTemporary(reason))
    return `not allowed: ${message}; the account needs that role on the project, and the project BigQuery's API and billing`;
  if (status === 404) return `${message || 'not found'}; check --warehouse and --location`;
  return `BigQuery says ${status}${reason === '' ? '' : ` ${reason}`}: ${message}`;
}

function readError(text: string): { reason: string; message: string } {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown; errors?: { reason?: unknown }[] } };
    return { reason: String(error?.errors?.[0]?.reason ?? ''), message: toLine(String(error?.message ?? '')) };
  } catch {
    return { reason: '', message: toLine(text) };
  }
}
