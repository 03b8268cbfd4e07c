// Raises or ends an alert at Alertmanager: https://prometheus.io/docs/alerting/latest/alerts_api/
import { TemporaryError, UsageError } from '../platform/errors.ts';
import type { RunEnd } from './run-end.ts';

/** An alert of a failed run ends by itself after this time, where no run succeeds before. */
const daysRaised = 3;
const timeoutMilliseconds = 10_000;

/** Answers true once Alertmanager has taken it. Throws TemporaryError where it does not answer, UsageError where it refuses. */
export async function postAlert(address: string, { succeeded, labels, annotations }: RunEnd, now: Date): Promise<boolean> {
  const endsAt = succeeded ? now : new Date(now.getTime() + daysRaised * 86_400_000);
  const url = new URL('api/v2/alerts', address.endsWith('/') ? address : `${address}/`);
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        { labels, annotations, endsAt: endsAt.toISOString(), ...(succeeded ? {} : { startsAt: now.toISOString() }) },
      ]),
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  } catch (error) {
    throw new TemporaryError(`${url}: no answer from Alertmanager: ${(error as Error).message}`);
  }
  const text = await answer.text();
  if (answer.status >= 500 || answer.status === 429) throw new TemporaryError(`${url}: Alertmanager answered ${answer.status}`);
  if (!answer.ok)
    throw new UsageError(
      `${url}: Alertmanager refused the alert with ${answer.status}: ${text.slice(0, 200).replace(/\s+/g, ' ')}`,
    );
  return true;
}
