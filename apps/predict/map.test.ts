import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Place } from '../contract/dimension.ts';
import { toPlaceMap } from './map.ts';

const toChoices = (places: readonly (Place | undefined)[]) =>
  places.map((place, index) => ({ value: index, label: String(index), ...(place && { place }) }));

test('every place is a point of the map, with the north above and the east to the right', () => {
  const place = fc.record({
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(fc.option(place, { nil: undefined }), { maxLength: 9 }), (places) => {
      const map = toPlaceMap(toChoices(places));
      const found = places.filter((one) => one !== undefined);
      expect(map === undefined).toBe(found.length === 0);
      const points = found.map((one) => ({ ...one, ...map?.pointOf(one) }));
      for (const { x, y, longitude, latitude } of points) {
        expect([Number(x) >= 0, Number(x) <= (map?.width ?? 0), Number(y) >= 0, Number(y) <= (map?.height ?? 0)]).not.toContain(
          false,
        );
        for (const other of points) {
          if (other.longitude > longitude) expect(Number(other.x)).toBeGreaterThanOrEqual(Number(x));
          if (other.latitude > latitude) expect(Number(other.y)).toBeLessThanOrEqual(Number(y));
        }
      }
    }),
  );
});
