// Lengths of time as a definition spells them: a whole number and a unit.

const secondsOfUnit = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `10s`, `1m`, `24h`, `7d`. */
export type Duration = `${number}${keyof typeof secondsOfUnit}`;

/** Seconds; undefined for what is no duration. */
export function toSeconds(duration: string): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(duration) ?? [];
  return unit === undefined ? undefined : Number(count) * secondsOfUnit[unit as keyof typeof secondsOfUnit];
}
