// Why a file is refused, in one line.
import type { Gate } from './gate.ts';

/** Names the check or expectation that weighs most, what was got and what was expected, and how many others failed. */
export function toRefusal(file: string, gate: Gate, report: string | undefined): string {
  const percent = `${gate.successPercent} % of ${gate.evaluated} expectations hold`;
  const [first, ...more] = gate.failed;
  const others = more
    .filter(({ severity }) => severity === 'critical')
    .map(({ type, column }) => (column ? `${type} of ${column}` : type));
  const rest = others.length > 3 ? ` and ${others.length - 3} more` : '';
  const reasons = [
    ...(gate.successPercent < gate.threshold ? [`${percent}, the threshold is ${gate.threshold} %`] : []),
    ...(first ? [`${first.severity}: ${first.message}`] : []),
    ...(others.length > 0 ? [`also critical: ${others.slice(0, 3).join(', ')}${rest}`] : []),
    ...(report === undefined ? [] : [`the report is ${report}`]),
  ];
  return `${file}: refused: ${reasons.join('; ')}`;
}
