// What numbers are counted in. A definition names one of these.

export interface Unit {
  /** After a number or in "In …". */
  readonly text: string;
  /** Grafana's name of it. */
  readonly grafana: string;
}

export const units = {
  USD: { text: 'USD', grafana: 'currencyUSD' },
  EUR: { text: 'EUR', grafana: 'currencyEUR' },
  GBP: { text: 'GBP', grafana: 'currencyGBP' },
  metres: { text: 'metres', grafana: 'lengthm' },
  kilometres: { text: 'kilometres', grafana: 'lengthkm' },
  miles: { text: 'miles', grafana: 'lengthmi' },
  inches: { text: 'inches', grafana: 'lengthin' },
  millimetres: { text: 'millimetres', grafana: 'lengthmm' },
  seconds: { text: 'seconds', grafana: 's' },
  minutes: { text: 'minutes', grafana: 'm' },
  hours: { text: 'hours', grafana: 'h' },
  celsius: { text: 'degrees Celsius', grafana: 'celsius' },
  fahrenheit: { text: 'degrees Fahrenheit', grafana: 'fahrenheit' },
  degrees: { text: 'degrees', grafana: 'degree' },
  mph: { text: 'miles an hour', grafana: 'velocitymph' },
  kmh: { text: 'kilometres an hour', grafana: 'velocitykmh' },
  hectopascals: { text: 'hPa', grafana: 'pressurehpa' },
  percent: { text: '%', grafana: 'percent' },
  kilograms: { text: 'kg', grafana: 'masskg' },
  kilowatthours: { text: 'kWh', grafana: 'kwatth' },
} as const satisfies Readonly<Record<string, Unit>>;

export type UnitName = keyof typeof units;
