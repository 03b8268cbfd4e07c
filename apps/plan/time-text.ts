// A time of a file as people read it.

/** `2024-01-31 23:59:59.5` of a time since 1970 in units of which a second has 10^`digits`; undefined beyond the years that JavaScript knows. */
export function toTimeText(value: bigint, digits: number): string | undefined {
  const perSecond = 10n ** BigInt(digits);
  const part = ((value % perSecond) + perSecond) % perSecond;
  const start = new Date(Number((value - part) / perSecond) * 1000);
  if (Number.isNaN(start.getTime())) return undefined;
  const fraction = part === 0n ? '' : `.${String(part).padStart(digits, '0').replace(/0+$/, '')}`;
  return `${start.toISOString().slice(0, -5).replace('T', ' ')}${fraction}`;
}
