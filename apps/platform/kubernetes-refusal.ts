// What the API server's refusals mean: which of them a retry may mend, and the one line that says what to do.
import { exitCode, UserError } from './errors.ts';

/** The server's no to one request. `status` is HTTP's, 0 where no answer came. */
export class Refusal extends UserError {
  readonly status: number;
  /** True where the same request may do in a moment. */
  readonly passes: boolean;
  /** True where the object that was asked for is not there, false where the server does not know its kind. */
  readonly isAbsent: boolean;
  readonly retryAfterSeconds: number;

  constructor(facts: Pick<Refusal, 'status' | 'message' | 'exitCode' | 'passes' | 'isAbsent' | 'retryAfterSeconds'>) {
    super(facts.exitCode, facts.message);
    this.status = facts.status;
    this.passes = facts.passes;
    this.isAbsent = facts.isAbsent;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

/** A client's error as a refusal; undefined where it is none, thus a bug. `what` says what was asked. */
export function toRefusal(what: string, error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number' && 'body' in error) {
    const headers = 'headers' in error ? (error.headers as Record<string, string>) : {};
    return toAnswer(what, { status: error.code, body: error.body, retryAfter: headers['retry-after'] });
  }
  const cause = error.cause as { code?: string; message?: string } | undefined;
  const code = cause?.code;
  if (error.name !== 'TimeoutError' && error.message !== 'fetch failed' && code === undefined) return undefined;
  const reason = error.name === 'TimeoutError' ? 'no answer in time' : (code ?? cause?.message ?? error.message);
  // Asking again does not make a certificate right.
  const isUntrusted = code !== undefined && /CERT|SIGNATURE/.test(code);
  return new Refusal({
    status: 0,
    message: isUntrusted
      ? `${what}: the API server's certificate is not to be trusted: ${reason}; check the cluster's address and authority`
      : `${what}: can't reach the API server: ${reason}`,
    exitCode: isUntrusted ? exitCode.usage : exitCode.temporary,
    passes: !isUntrusted,
    isAbsent: false,
    retryAfterSeconds: 0,
  });
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | undefined;
}

function toAnswer(what: string, { status, body, retryAfter }: Answer): Refusal {
  const { reason, message, details } = toStatus(body);
  const isAbsent = status === 404 && reason === 'NotFound' && details?.kind !== 'namespaces' && details?.name !== undefined;
  const passes = status === 429 || status >= 500;
  // A quota is free again when other jobs are done; a name may be free again when the other one has made its change.
  const isTemporary = passes || status === 409 || (status === 403 && message.includes('exceeded quota'));
  return new Refusal({
    status,
    message: `${what}: ${explain(status, message, isAbsent)}`,
    exitCode: isTemporary ? exitCode.temporary : exitCode.usage,
    passes,
    isAbsent,
    retryAfterSeconds: /^\d{1,3}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0,
  });
}

function explain(status: number, message: string, isAbsent: boolean): string {
  if (status === 401) return `the API server does not accept the sign-in (401); check the account and its token`;
  if (status === 403 && message.includes('admission webhook')) return `refused: ${message}`;
  if (status === 403) return `not allowed: ${message}; the Role of the account must allow it`;
  if (status === 404 && !isAbsent)
    return `the API server knows no such kind or namespace (404 ${message}); apply the component crds`;
  return `the API server says ${status}: ${message}`;
}

interface Status {
  readonly reason?: string;
  readonly message: string;
  readonly details?: { readonly name?: string; readonly kind?: string };
}

/** Bodies come parsed or as text; a kind that the server does not know is plain text. */
function toStatus(body: unknown): Status {
  let found = body;
  if (typeof body === 'string') {
    try {
      found = JSON.parse(body);
    } catch {
      return { message: toLine(body) };
    }
  }
  const status = (typeof found === 'object' && found !== null ? found : {}) as Partial<Status>;
  return { ...status, message: toLine(String(status.message ?? '')) };
}

/** One line of at most 500 characters, without control characters. */
export const toLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 500);
