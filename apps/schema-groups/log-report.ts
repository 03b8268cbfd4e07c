// The report as log lines: at most some dozens, however many files there are.
import { effects } from '../contract/derive/cast-effect.ts';
import type { Change } from '../plan/drift.ts';
import { log } from '../platform/log.ts';
import type { Report } from './report.ts';

const most = 15;

/** A line a group, then what has changed from month to month, the worst first. */
export function logReport({ groups, drift, effects: counts }: Report, footers: { read: number; cached: number }): void {
  log('footers', { read: footers.read, 'from the cache': footers.cached });
  for (const { files, rows, first, last, changes } of groups.slice(0, most))
    log('group', { files, rows, first: first.slice(0, 7), last: last.slice(0, 7), drift: toText(changes) });
  if (groups.length > most) log('more groups', { groups: groups.length - most });
  const months = drift.filter(({ against }) => against === 'month before');
  for (const { effect, text, files, first, last } of months.slice(0, most))
    log('changed from the month before', { effect, change: text, files, first: first.slice(0, 7), last: last.slice(0, 7) });
  if (months.length > most) log('more changes', { changes: months.length - most });
  log('kinds of changes', { ...counts });
}

/** `lossy: VendorID DOUBLE as int; safe: airport_fee absent`. */
function toText(changes: readonly Change[]): string {
  const parts = effects.toReversed().flatMap((effect) => {
    const texts = changes.filter((change) => change.effect === effect).map(({ text }) => text);
    return texts.length > 0 ? [`${effect}: ${texts.join(', ')}`] : [];
  });
  return parts.join('; ') || 'none';
}
