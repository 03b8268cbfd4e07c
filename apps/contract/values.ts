// The facts behind the table of values (DECISIONS 39): which texts are numbers and times, and which times exist. Every engine reads them
// here, so that no engine's own leniency ("1e3 " here, "Infinity" there, hour 24) decides. A value that is none of these becomes null.
// The regular expressions are read alike by RE2 and Java, and match the whole text; the one group is the value.

const space = '[ \\t\\n\\f\\r]*';
const date = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const minute = '(?:[01][0-9]|2[0-3]):[0-9]{2}';
/** Digits after the microsecond must be zeros. */
const seconds = ':[0-9]{2}(?:\\.[0-9]{1,6}0{0,3})?';

/** `7`, ` +7.00 `. */
export const integerText = `${space}([+-]?[0-9]+)(?:\\.0*)?${space}`;
/** `7`, `.5`, `-1e3`. No thousands separators, no NaN, no infinity. */
export const numberText = `${space}([+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)${space}`;
/** `7`, `+7.50`, `.5`: digits beyond the scale must be zeros. */
export const decimalText = (scale: number): string =>
  `${space}([+-]?(?:[0-9]+(?:\\.${scale === 0 ? '' : `[0-9]{0,${scale}}`}0*)?|\\.${scale === 0 ? '0' : `[0-9]{1,${scale}}`}0*))${space}`;
/** `1:02:03.5`, `1 day, 2:03:04`. The groups are days, hours, minutes and seconds. */
export const clockText = `${space}(?:([0-9]{1,5}) days?,? )?([0-9]{1,6}):([0-5][0-9]):([0-5][0-9](?:\\.[0-9]{1,6}0*)?)${space}`;
/** `PT1H2M3.5S`, `P1DT2H`; without months and years, whose lengths differ. The same groups. */
export const isoDurationText = `${space}P(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,7})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9}(?:\\.[0-9]{1,6}0*)?)S)?)?${space}`;
/** What it must hold beside: a part, and one after the `T`. */
export const isoDurationWithPart = `.*[0-9][DHMS]${space}`;
/** Seconds from which on a double does not hold each microsecond: 31 years. */
export const shortestTooLong = 1_000_000_000;
/** Any case: `Y`, `true`, `1`. */
export const trueText = `${space}(?i:1|t|true|y|yes)${space}`;
export const falseText = `${space}(?i:0|f|false|n|no)${space}`;
/** Wall-clock time: `2024-01-31`, `2024-01-31 23:59`, `2024-01-31T23:59:59.123456`. */
export const timestampText = `${space}(${date}(?:[ T]${minute}(?:${seconds})?)?)${space}`;
/** An instant: a time with seconds and `Z`, `+02` or `-05:30`. */
export const instantText = `${space}(${date}[ T]${minute}${seconds}(?:Z|[+-](?:0[0-9]|1[0-4])(?::[0-5][0-9])?))${space}`;

/** The first and last moment of a timestamp: every engine and BigQuery hold them. */
export const timestampRange = { first: '0001-01-01 00:00:00', last: '9999-12-31 23:59:59.999999' } as const;
/** Instants in UTC that have a wall-clock time in that range in every time zone. */
export const instantRange = { first: '0001-01-02 00:00:00', last: '9999-12-30 23:59:59.999999' } as const;

/** Doubles of this many decimal digits are exact: a decimal of more is read by its text, so that engines round alike. */
export const exactDecimalDigits = 15;
/** The same of floats of 32 bits. */
export const exactDecimalDigitsOfFloat = 6;
