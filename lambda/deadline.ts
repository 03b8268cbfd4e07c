// The time that an invocation has left, less what it needs to end well.

export interface Deadline {
  /** Seconds that may still be spent; 0 when it is time to end. */
  readonly secondsLeft: () => number;
  /** Seconds that retries of one request may take. */
  readonly patienceSeconds: () => number;
  /** Ends a request after so many seconds at most, and in time. */
  readonly signal: (atMostSeconds: number) => AbortSignal;
}

/** Kept for the answer, the log and the metrics. */
const reserveSeconds = 2;
const longestPatienceSeconds = 20;

/** `remaining` gives Lambda's milliseconds. */
export function toDeadline(remaining: () => number): Deadline {
  const secondsLeft = () => Math.max(0, remaining() / 1000 - reserveSeconds);
  return {
    secondsLeft,
    patienceSeconds: () => Math.min(longestPatienceSeconds, secondsLeft()),
    signal: (atMostSeconds) => AbortSignal.timeout(Math.max(1, Math.floor(Math.min(atMostSeconds, secondsLeft()) * 1000))),
  };
}
