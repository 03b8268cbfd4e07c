// The values that a Secret lacks, and whether those that it has fit each other. Values are base64, as the API server has them.
import { type Certificate, makeCertificate } from './certificate.ts';
import { isHtpasswdOf, toHtpasswd } from './htpasswd.ts';
import { randomText } from './random-text.ts';
import { idOf, originOf, type Place, type SecretSpec, toKeyOrder } from './secret-spec.ts';

export type Data = Readonly<Record<string, string>>;
/** What each Secret holds, by its id. */
export type Known = ReadonlyMap<string, Data>;

const encode = (text: string) => Buffer.from(text).toString('base64');
const decode = (value: string) => Buffer.from(value, 'base64').toString();
const valueAt = (known: Known, place: Place) => known.get(idOf(place))?.[place.key];

/**
 * The values of keys that are missing in `data`. `known` has every Secret that this one is made of. `copies` finds what copies still have of a
 * random value that is missing here: the servers behind it keep to the old one.
 */
export async function makeMissing(
  spec: SecretSpec,
  data: Data,
  { known, copies }: { readonly known: Known; readonly copies: (place: Place) => string | undefined },
): Promise<Data> {
  const made: Record<string, string> = {};
  const certificates = new Map<string, Certificate>();
  for (const [key, source] of toKeyOrder(spec) ?? []) {
    const { text, random, certificate, certificateKey, htpasswd } = source;
    if (data[key] !== undefined) continue;
    const origin = originOf(source);
    const ofOrigin = origin && valueAt(new Map([...known, [idOf(spec), { ...data, ...made }]]), origin);
    if (text !== undefined) made[key] = encode(text);
    else if (random !== undefined) made[key] = copies({ ...spec, key }) ?? encode(randomText(random));
    else if (certificate !== undefined) {
      const pair = await makeCertificate(certificate);
      certificates.set(key, pair);
      made[key] = encode(pair.certificate);
    } else if (certificateKey !== undefined) {
      const pair = certificates.get(certificateKey);
      if (pair !== undefined) made[key] = encode(pair.key);
    } else if (ofOrigin !== undefined)
      made[key] = htpasswd === undefined ? ofOrigin : encode(toHtpasswd(htpasswd.user, decode(ofOrigin)));
  }
  return made;
}

/** Where certificates and their keys are no longer both there: neither can be made for the other. */
export const findHalves = (spec: SecretSpec, data: Data): string[] =>
  Object.entries(spec.keys).flatMap(([key, { certificateKey }]) => {
    if (certificateKey === undefined || (data[key] === undefined) === (data[certificateKey] === undefined)) return [];
    const [there, missing] = data[key] === undefined ? [certificateKey, key] : [key, certificateKey];
    return [`Secret ${idOf(spec)} has ${there} without ${missing}; delete this Secret and run setup again`];
  });

/** Values that should be equal, or made of each other, and are not. */
export const findMisfits = (specs: readonly SecretSpec[], known: Known): string[] =>
  specs.flatMap((spec) =>
    Object.entries(spec.keys).flatMap(([key, { same, htpasswd }]) => {
      const origin = originOf({ same, htpasswd });
      const value = valueAt(known, { ...spec, key });
      const expected = origin && valueAt(known, origin);
      if (origin === undefined || value === undefined || expected === undefined) return [];
      const fits = htpasswd === undefined ? value === expected : isHtpasswdOf(decode(value), htpasswd.user, decode(expected));
      const of = `${idOf(origin)} ${origin.key}`;
      return fits
        ? []
        : [`Secret ${idOf(spec)}: ${key} does not fit ${of}; delete the one of the two that is out of date and run setup again`];
    }),
  );

/** Finds a value of a place, if only copies still have it: those that are the same as it, and as these. */
export function copiesIn(specs: readonly SecretSpec[], known: Known): (place: Place) => string | undefined {
  const isAt = (one: Place, other: Place) => idOf(one) === idOf(other) && one.key === other.key;
  const find = (place: Place): string | undefined => {
    for (const spec of specs)
      for (const [key, { same }] of Object.entries(spec.keys)) {
        if (same === undefined || !isAt(same, place)) continue;
        const found = valueAt(known, { ...spec, key }) ?? find({ ...spec, key });
        if (found !== undefined) return found;
      }
    return undefined;
  };
  return find;
}
