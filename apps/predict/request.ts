// What a client may ask: checked field by field, from JSON and from plain forms alike.
import { z } from 'zod';
import { servedDatasets } from './features.ts';
import { findZone, zones, zoneWord } from './zones.ts';

export interface Problem {
  readonly field: string;
  readonly message: string;
}

/** As people write numbers, `1e3` too; not "0x10", which JavaScript reads as 16, nor "Infinity". */
const numberText = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** A finite number, or text that is one; nothing else is turned into a number. */
const number = z.preprocess(
  (value) => (typeof value === 'string' && numberText.test(value) ? Number(value) : value),
  z.number({ error: ({ input }) => (input === undefined || input === '' ? 'is missing' : 'must be a number') }),
);

const zone = number
  .pipe(z.int({ error: 'must be a whole number' }).refine((id) => findZone(id) !== undefined, { error: zoneBounds() }))
  .refine((id) => findZone(id) === undefined || findZone(id)?.place !== undefined, {
    error: ({ input }) =>
      `zone ${input} (${findZone(input)?.name}) has no place on the map, so no fare can be predicted; choose a zone of the city`,
  });

const request = z.object({
  category: z.enum(servedDatasets.map(({ category }) => category) as [string, ...string[]], {
    error: `must be one of ${servedDatasets.map(({ category }) => category).join(', ')}`,
  }),
  pickup_zone: zone,
  dropoff_zone: zone,
  pickup_datetime: z
    .string({ error: 'is missing; write it as 2024-05-31T08:30' })
    .refine(isTime, { error: 'must be a date and time of New York such as 2024-05-31T08:30, from 2009 to 2099' }),
  passenger_count: number.pipe(
    z.int({ error: 'must be a whole number' }).min(1, { error: 'must be 1 to 8' }).max(8, { error: 'must be 1 to 8' }),
  ),
  trip_distance: z.preprocess(
    (value) => (value === '' || value === null ? undefined : value),
    number.pipe(z.number().gt(0, { error: 'must be above 0 miles' }).max(500, { error: 'must be at most 500 miles' })).optional(),
  ),
});

export type PredictRequest = z.output<typeof request>;

/** The checked request, or every problem with it. */
export function readRequest(body: unknown): { request: PredictRequest } | { problems: Problem[] } {
  const parsed = request.safeParse(body ?? {});
  if (parsed.success) return { request: parsed.data };
  return { problems: parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', message })) };
}

function isTime(text: string): boolean {
  if (!/^20(09|[1-9]\d)-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return false;
  const time = new Date(`${text.slice(0, 16)}:00Z`);
  // A day that does not exist (31 June) comes back as another one.
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 16) === text.slice(0, 16);
}

function zoneBounds(): string {
  const ids = zones.map(({ id }) => id);
  return `must be a ${zoneWord} from ${Math.min(...ids)} to ${Math.max(...ids)}`;
}
