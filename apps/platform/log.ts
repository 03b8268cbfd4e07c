// A step's log: one line an event on standard error. Standard output is for results.

/** Writes `message key=value …` with the time in front. Values with spaces are quoted. */
export function log(message: string, fields: Record<string, string | number | boolean | undefined> = {}): void {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${/[\s"=\p{Cc}]/u.test(String(value)) ? JSON.stringify(String(value)) : value}`);
  console.error([new Date().toISOString(), message, ...pairs].join(' '));
}
