// The places of a field's choices as points to click on, north above.
import type { Choice } from '../contract/asked.ts';
import type { Place } from '../contract/dimension.ts';
import { type Html, html } from '../platform/html.ts';

interface Point {
  readonly x: string;
  readonly y: string;
}

export interface PlaceMap {
  readonly width: number;
  readonly height: number;
  readonly pointOf: (place: Place) => Point;
}

const side = 320;
const margin = 10;
/** Degrees: places that lie closer to each other are drawn as one. */
const closest = 1e-6;

/** Where places are drawn: as they lie to each other near their middle. Undefined where none has a place. */
export function toPlaceMap(choices: readonly Choice[]): PlaceMap | undefined {
  const places = choices.flatMap(({ place }) => place ?? []);
  if (places.length === 0) return undefined;
  const ends = (part: keyof Place) => {
    const all = places.map((place) => place[part]);
    return [Math.min(...all), Math.max(...all)] as const;
  };
  const [[west, east], [south, north]] = [ends('longitude'), ends('latitude')];
  const narrow = Math.cos(((south + north) / 360) * Math.PI);
  const [wide, high] = [(east - west) * narrow, north - south];
  const scale = (side - 2 * margin) / Math.max(wide, high, closest);
  return {
    width: Math.round(wide * scale) + 2 * margin,
    height: Math.round(high * scale) + 2 * margin,
    pointOf: ({ longitude, latitude }) => ({
      x: (margin + (longitude - west) * narrow * scale).toFixed(1),
      y: (margin + (north - latitude) * scale).toFixed(1),
    }),
  };
}

/** Shown where scripts run; the field itself is for all. */
export function drawMap({ width, height, pointOf }: PlaceMap, choices: readonly Choice[], chosen: Choice | undefined): Html {
  const points = choices.flatMap(({ place }) => (place ? [pointOf(place)] : []));
  const here = chosen?.place && pointOf(chosen.place);
  return html`<details class="map"><summary>Choose on a map</summary><svg viewBox="0 0 ${width} ${height}" aria-hidden="true">
<path d="${points.map(({ x, y }) => `M${x} ${y}h0`).join('')}"></path><circle r="6"${here ? html` cx="${here.x}" cy="${here.y}"` : html` hidden`}></circle></svg></details>`;
}
