// The run's clock: a parameter of the run, never an engine's own now().
import { z } from 'zod';

export const asOfOption = z.iso.datetime({ offset: true, error: 'expected a time such as 2025-02-01T06:00:00Z' });

/** RFC 3339 → `YYYY-MM-DD HH:MM:SS.fff` in UTC, as engines read it. */
export const toClock = (asOf: string): string => new Date(asOf).toISOString().replace('T', ' ').replace('Z', '');
