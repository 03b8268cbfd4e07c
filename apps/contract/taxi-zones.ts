// The taxi zones as a dimension: what PULocationID and DOLocationID of every TLC file mean.
import { defineDimension } from './dimension.ts';
import { zones } from './zones.ts';

export const taxiZones = defineDimension({
  name: 'taxi_zones',
  description: 'The taxi zones of New York City, a row an id, with centroids (degrees, WGS 84); 264 and 265 have none.',
  row: 'taxi zone',
  listing: 'zones',
  columns: {
    location_id: { type: 'int', description: "The zone's id, as the trip files carry it." },
    borough: { type: 'string', description: "The zone's borough." },
    zone: { type: 'string', description: "The zone's name." },
    longitude: {
      type: 'double',
      description: 'Longitude of the centroid in degrees; null where a zone has no place.',
      optional: true,
    },
    latitude: {
      type: 'double',
      description: 'Latitude of the centroid in degrees; null where a zone has no place.',
      optional: true,
    },
  },
  key: 'location_id',
  label: 'zone',
  group: 'borough',
  place: { longitude: 'longitude', latitude: 'latitude' },
  rows: zones.map(({ id, ...more }) => ({ location_id: id, ...more })),
});
