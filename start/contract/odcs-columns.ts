// Columns of an ODCS document: types, codes, units, and the rules that their options and library checks say.
import { z } from 'zod';
import { type ColumnType, findTypeProblem, isWhole, logicalOf, numberTypes } from '../../apps/contract/column-type.ts';
import type { Column, Rule } from '../../apps/contract/dataset.ts';
import { findPatternProblem } from '../../apps/contract/pattern.ts';
import { personalKinds } from '../../apps/contract/personal-kind.ts';
import { all, between, ifPresent, matches, oneOf, type Predicate } from '../../apps/contract/predicate.ts';
import { type UnitName, units } from '../../apps/contract/units.ts';
import type { Noted } from './draft.ts';
import { customOf, type OdcsProperty } from './odcs-document.ts';
import { type SafeName, toSnake } from './safe-names.ts';

const isNumber = (type: ColumnType): boolean => (numberTypes as readonly string[]).includes(logicalOf(type));

/** Undefined for what a flat table can't hold. */
function typeOf(property: OdcsProperty): ColumnType | undefined {
  const own = customOf(property, 'type', z.string());
  if (own !== undefined && findTypeProblem(own) === undefined) return own as ColumnType;
  const { logicalType, physicalType = '', logicalTypeOptions } = property;
  const physical = physicalType.toLowerCase();
  switch (logicalType) {
    case 'integer':
      return 'int';
    case 'number':
      return 'double';
    case 'date':
      // Before 3.1 there was no timestamp.
      return /^(timestamp|datetime)/.test(physical) || /[Hh]/.test(String(logicalTypeOptions?.format ?? ''))
        ? 'timestamp'
        : 'date';
    case 'object':
    case 'array':
      return undefined;
    case 'time':
      return 'string';
    case undefined:
      return byPhysicalType(physical);
    default:
      return findTypeProblem(logicalType) === undefined ? (logicalType as ColumnType) : 'string';
  }
}

function byPhysicalType(name: string): ColumnType | undefined {
  if (/^(timestamp|datetime)/.test(name)) return 'timestamp';
  if (/^date/.test(name)) return 'date';
  if (/^(tiny|small|big|u?int|integer|long|short|byteint|serial)/.test(name)) return 'int';
  if (/^(decimal|numeric|bignumeric|number|float|double|real|money)/.test(name)) return 'double';
  if (/^bool/.test(name)) return 'boolean';
  return /^(struct|record|array|map|json|variant|bytes|binary|blob|geo)/.test(name) ? undefined : 'string';
}

/** The column; or only a note, where it is left out. */
export function toColumn(property: OdcsProperty, { name, aliases = [] }: SafeName): Noted<Column> | string {
  const type = typeOf(property);
  if (type === undefined)
    return `Column ${JSON.stringify(property.name)} is left out: ${property.logicalType ?? property.physicalType} is nothing that a flat table holds.`;
  const unit = customOf(property, 'unit', z.string());
  const isUnit = unit !== undefined && Object.hasOwn(units, unit);
  const codes = customOf(property, 'codes', z.record(z.string(), z.string()));
  const isCode = (code: string) =>
    type === 'string' || (type === 'boolean' ? /^(true|false)$/.test(code) : Number.isFinite(Number(code)));
  const spelt = [...aliases, property.physicalName ?? name, ...(customOf(property, 'aliases', z.array(z.string())) ?? [])];
  const others = [...new Set(spelt)].filter((one) => one !== name && one !== '');
  return {
    name,
    type,
    description: property.description?.trim() ? property.description : `The column ${JSON.stringify(property.name)}.`,
    ...(isUnit && { unit: unit as UnitName }),
    ...(others.length > 0 && { aliases: others }),
    ...(customOf(property, 'optional', z.literal(true)) && { optional: true as const }),
    ...monthsOf(property),
    ...personalOf(property),
    ...(codes && Object.keys(codes).every(isCode) && { codes }),
    note: unit === undefined || isUnit ? undefined : `The unit ${JSON.stringify(unit)} is not known here.`,
  };
}

/** What the document marks as personal, in its own words or in ours. */
function personalOf(property: OdcsProperty): Pick<Column, 'personal'> {
  const personal = customOf(property, 'personal', z.enum(personalKinds));
  if (personal !== undefined) return { personal };
  return /\b(personal|pii)\b/i.test(property.classification ?? '') ? { personal: 'keep' } : {};
}

/** The months whose files have the column. */
const monthsOf = (property: OdcsProperty): Pick<Column, 'since' | 'until'> => {
  const [since, until] = ['since', 'until'].map((name) => customOf(property, name, z.string()));
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
};

/** What the options and the library checks of a property say, as one rule. A value may be missing, unless the property is required. */
export function toRules(property: OdcsProperty, { name, type }: Column): Rule[] {
  const parts = [...toRange(property, name, type), ...toPattern(property, name, type), ...toValidValues(property, name, type)];
  const [only] = parts;
  if (only === undefined) return [];
  const holds = parts.length === 1 ? only : all(...parts);
  return [
    {
      name: `${toSnake(name)}_valid`,
      description: `The values of ${name} are as the document says.`,
      holds: property.required ? holds : ifPresent(name, holds),
    },
  ];
}

function toRange({ logicalTypeOptions: options = {} }: OdcsProperty, name: string, type: ColumnType): Predicate[] {
  const number = (key: string) => z.number().safeParse(options[key]).data;
  // There is no predicate for "above": the least integer above a bound is one more.
  const above = number('exclusiveMinimum');
  const atLeast = number('minimum') ?? (above !== undefined && isWhole(type) ? Math.floor(above) + 1 : above);
  const [atMost, below] = [number('maximum'), number('exclusiveMaximum')];
  if (!isNumber(type) || (atLeast ?? atMost ?? below) === undefined) return [];
  const most =
    below !== undefined && (atMost === undefined || below <= atMost) ? { below } : atMost === undefined ? {} : { atMost };
  const range = { atLeast: atLeast ?? -Number.MAX_VALUE, ...most };
  const upper = range.below ?? range.atMost;
  return upper !== undefined && (upper < range.atLeast || range.below === range.atLeast) ? [] : [between(name, range)];
}

function toPattern({ logicalTypeOptions: options = {} }: OdcsProperty, name: string, type: ColumnType): Predicate[] {
  const pattern = z.string().safeParse(options.pattern).data;
  if (pattern === undefined || type !== 'string') return [];
  const whole = /^\^\(\?:([\s\S]*)\)\$$/.exec(pattern)?.[1] ?? /^\^([\s\S]*)\$$/.exec(pattern)?.[1];
  return whole === undefined || findPatternProblem(whole) !== undefined ? [] : [matches(name, whole)];
}

function toValidValues({ quality = [] }: OdcsProperty, name: string, type: ColumnType): Predicate[] {
  const found = quality.find(
    ({ metric, rule, mustBe }) => /^(invalidValues|validValues)$/.test(metric ?? rule ?? '') && (mustBe ?? 0) === 0,
  );
  const values =
    found?.arguments?.validValues ?? z.array(z.union([z.number(), z.string()])).safeParse(found?.validValues).data ?? [];
  const fits = (value: number | string) => (typeof value === 'string') === (type === 'string');
  return values.length > 0 && (isNumber(type) || type === 'string') && values.every(fits) ? [oneOf(name, values)] : [];
}
