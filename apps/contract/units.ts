// What numbers are counted in. A definition names one of these.

export interface Unit {
  /** After a number or in "In …". */
  readonly text: string;
  /** Grafana's name of it. */
  readonly grafana: string;
  /** To how many decimals people read such a number. */
  readonly decimals: number;
  /** Of money: what stands before a number. */
  readonly symbol?: string;
  /** How many metres one is. */
  readonly metres?: number;
  /** How many seconds one is. */
  readonly seconds?: number;
}

export const units = {
  USD: { text: 'USD', grafana: 'currencyUSD', decimals: 2, symbol: '$' },
  EUR: { text: 'EUR', grafana: 'currencyEUR', decimals: 2, symbol: '€' },
  GBP: { text: 'GBP', grafana: 'currencyGBP', decimals: 2, symbol: '£' },
  metres: { text: 'metres', grafana: 'lengthm', decimals: 1, metres: 1 },
  kilometres: { text: 'kilometres', grafana: 'lengthkm', decimals: 2, metres: 1000 },
  miles: { text: 'miles', grafana: 'lengthmi', decimals: 2, metres: 1609.344 },
  inches: { text: 'inches', grafana: 'lengthin', decimals: 2, metres: 0.0254 },
  millimetres: { text: 'millimetres', grafana: 'lengthmm', decimals: 1, metres: 0.001 },
  seconds: { text: 'seconds', grafana: 's', decimals: 1, seconds: 1 },
  minutes: { text: 'minutes', grafana: 'm', decimals: 1, seconds: 60 },
  hours: { text: 'hours', grafana: 'h', decimals: 2, seconds: 3600 },
  celsius: { text: 'degrees Celsius', grafana: 'celsius', decimals: 1 },
  fahrenheit: { text: 'degrees Fahrenheit', grafana: 'fahrenheit', decimals: 1 },
  degrees: { text: 'degrees', grafana: 'degree', decimals: 6 },
  mph: { text: 'miles an hour', grafana: 'velocitymph', decimals: 1 },
  kmh: { text: 'kilometres an hour', grafana: 'velocitykmh', decimals: 1 },
  hectopascals: { text: 'hPa', grafana: 'pressurehpa', decimals: 1 },
  percent: { text: '%', grafana: 'percent', decimals: 1 },
  kilograms: { text: 'kg', grafana: 'masskg', decimals: 2 },
  kilowatthours: { text: 'kWh', grafana: 'kwatth', decimals: 2 },
} as const satisfies Readonly<Record<string, Unit>>;

export type UnitName = keyof typeof units;

const unitOf = (name: UnitName): Unit => units[name];

/** The decimals of a number without a unit. */
const plainDecimals = 2;

/** To how many decimals people read a number of that unit, or of none. */
export const decimalsOf = (name: UnitName | undefined): number => (name === undefined ? plainDecimals : unitOf(name).decimals);

/** Whether it is money. */
export const isMoney = (name: UnitName): boolean => unitOf(name).symbol !== undefined;

/** `$5.20`, `5.2 minutes`, `5.20`. */
export function toAmount(value: number, name: UnitName | undefined, decimals = decimalsOf(name)): string {
  const text = Math.abs(value).toFixed(decimals);
  const sign = value < 0 && Number(text) !== 0 ? '-' : '';
  if (name === undefined) return `${sign}${text}`;
  const { symbol, text: word } = unitOf(name);
  return symbol === undefined ? `${sign}${text} ${word}` : `${sign}${symbol}${text}`;
}

/** By what a number of one unit is multiplied to be one of the other; undefined where the two measure different things. */
export function toFactor(from: UnitName, to: UnitName): number | undefined {
  if (from === to) return 1;
  for (const part of ['metres', 'seconds'] as const) {
    const [one, other] = [unitOf(from)[part], unitOf(to)[part]];
    if (one !== undefined && other !== undefined) return one / other;
  }
  return undefined;
}

/** The units into which a number of that unit can be turned. */
export const unitsLike = (name: UnitName): UnitName[] =>
  (Object.keys(units) as UnitName[]).filter((other) => toFactor(name, other) !== undefined);
