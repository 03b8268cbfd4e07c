// When drift ends the step: the user says from which effect on.
import { type Effect, effects } from '../contract/derive/cast-effect.ts';
import { OutcomeError } from '../platform/errors.ts';
import { toWords } from './drift-lines.ts';
import type { Report } from './report.ts';

/** Changes that a message names. */
const mostNamed = 5;

/** Throws OutcomeError where a change is as bad as `failOn`, or worse. Files that don't fit the contract have been refused before, by name. */
export function failOnDrift(
  { drift }: Report,
  { failOn, category, result }: { failOn: Effect; category: string; result: object },
): void {
  const bad = drift.filter(({ effect }) => effects.indexOf(effect) >= effects.indexOf(failOn));
  if (bad.length === 0) return;
  const named = bad.slice(0, mostNamed).map((line) => `${line.effect} against the ${line.against}: ${toWords(line)}`);
  const more = bad.length > mostNamed ? `; and ${bad.length - mostNamed} more` : '';
  throw new OutcomeError(
    `${bad.length} ${bad.length === 1 ? 'change is' : 'changes are'} ${failOn} or worse, expected none by --fail-on ${failOn}: ${named.join('; ')}${more}; correct the files or apps/contract/${category}.ts, or choose another --fail-on`,
    result,
  );
}
