// Citi Bike's rides in Jersey City and Hoboken.
import { bikeSample } from './bike-sample.ts';
import type { Column } from './dataset.ts';
import { defineDataset } from './define-dataset.ts';
import { defineDimension } from './dimension.ts';
import { code, day, dayOfWeek, hourOf, metres, minutesBetween, placeIn, value } from './expression.ts';
import { all, before, between, ifPresent, inMonth, lasts, oneOf, present } from './predicate.ts';
import { busiestHour, count, meanMinutes, sumHours } from './summary.ts';

const degrees = (name: string, description: string): Column => ({ name, type: 'double', unit: 'degrees', description });
const text = (name: string, description: string, codes?: Column['codes']): Column => ({
  name,
  type: 'string',
  description,
  ...(codes && { codes }),
});
const bicycles = { docked_bike: 'docked', classic_bike: 'classic', electric_bike: 'electric' };
const riders = { member: 'annual member', casual: 'day pass or single ride' };
const stations = defineDimension({
  name: 'stations',
  description: 'The docks of the bicycles.',
  row: 'station',
  columns: {
    id: { type: 'string', description: 'The dock.' },
    name: { type: 'string', description: 'Where it is.' },
    longitude: { type: 'double', description: 'Degrees of longitude, WGS 84.', optional: true },
    latitude: { type: 'double', description: 'Degrees of latitude, WGS 84.', optional: true },
  },
  key: 'id',
  label: 'name',
  place: { longitude: 'longitude', latitude: 'latitude' },
});
const start = placeIn('start_lng', 'start_lat');
const end = placeIn('end_lng', 'end_lat');

export const bikes = defineDataset({
  category: 'bikes',
  title: 'Citi Bike, Jersey City',
  description: 'Rides on the shared bicycles of Jersey City and Hoboken, from dock to dock.',
  row: ['ride', 'rides'],
  files: { name: 'JC-{YYYYMM}-citibike-tripdata.csv.zip' },
  columns: [
    text('ride_id', 'The ride.'),
    text('rideable_type', 'The kind of bicycle.', bicycles),
    { name: 'started_at', type: 'timestamp', description: 'When the ride began, New York wall-clock time.' },
    { name: 'ended_at', type: 'timestamp', description: 'When the ride ended, New York wall-clock time.' },
    text('start_station_name', 'Where the ride began.'),
    text('start_station_id', 'The dock where the ride began.'),
    text('end_station_name', 'Where the ride ended.'),
    text('end_station_id', 'The dock where the ride ended.'),
    degrees('start_lat', 'Latitude of the start.'),
    degrees('start_lng', 'Longitude of the start.'),
    degrees('end_lat', 'Latitude of the end.'),
    degrees('end_lng', 'Longitude of the end.'),
    text('member_casual', 'Who rode.', riders),
  ],
  time: { at: 'started_at', until: 'ended_at', word: 'start', zone: 'America/New_York' },
  key: ['ride_id'],
  must: ['ride_id', 'started_at', 'ended_at', 'start_station_id', 'start_lat', 'start_lng'],
  cluster: ['start_station_id', 'end_station_id'],
  lookups: {
    start: {
      dimension: stations,
      column: 'start_station_id',
      learns: { name: 'start_station_name', longitude: 'start_lng', latitude: 'start_lat' },
    },
    end: {
      dimension: stations,
      column: 'end_station_id',
      learns: { name: 'end_station_name', longitude: 'end_lng', latitude: 'end_lat' },
    },
  },
  rules: [
    { name: 'rider', description: 'A member, or a casual rider.', holds: oneOf('member_casual', Object.keys(riders)) },
    { name: 'bicycle', description: 'A known kind of bicycle.', holds: oneOf('rideable_type', Object.keys(bicycles)) },
    {
      name: 'stations',
      description: 'It began and ended at a dock.',
      holds: all(present('start_station_id'), present('end_station_id')),
    },
    {
      name: 'duration',
      description: 'It lasted from a minute to a day.',
      holds: all(before('started_at', 'ended_at'), lasts('started_at', 'ended_at', { atLeast: '1m', below: '24h' })),
    },
    {
      name: 'nearby',
      description: 'It began and ended in the region.',
      holds: all(
        between('start_lat', { atLeast: 40, atMost: 41.5 }),
        between('start_lng', { atLeast: -75, atMost: -73 }),
        ifPresent('end_lat', between('end_lat', { atLeast: 40, atMost: 41.5 })),
        ifPresent('end_lng', between('end_lng', { atLeast: -75, atMost: -73 })),
      ),
    },
    { name: 'in_month', description: "It began in the month of the file's name.", holds: inMonth('started_at') },
  ],
  summary: {
    keys: {
      rider: 'member_casual',
      bicycle: 'rideable_type',
      start_station: 'start_station_id',
      end_station: 'end_station_id',
    },
    by: 'rider, bicycle and docks',
    figures: {
      ride_count: count(),
      avg_duration_minutes: meanMinutes('started_at', 'ended_at'),
      total_duration_hours: sumHours('started_at', 'ended_at'),
      busiest_hour_of_day: busiestHour('started_at'),
    },
  },
  features: {
    date: { expression: day('started_at'), description: 'Day of the start.' },
    duration: { expression: minutesBetween('started_at', 'ended_at'), description: 'How long the ride takes.', unit: 'minutes' },
    bicycle: { expression: code('rideable_type'), description: 'Kind of bicycle.' },
    rider: { expression: code('member_casual'), description: 'Who rides.' },
    hour: { expression: hourOf('started_at'), description: 'Hour of the start, 0 to 23.' },
    day_of_week: { expression: dayOfWeek('started_at'), description: 'Day of the week of the start, 1 = Sunday.' },
    start_lat: { expression: value('start_lat'), description: 'Latitude of the start.', unit: 'degrees' },
    start_lng: { expression: value('start_lng'), description: 'Longitude of the start.', unit: 'degrees' },
    end_lat: { expression: value('end_lat'), description: 'Latitude of the end.', unit: 'degrees' },
    end_lng: { expression: value('end_lng'), description: 'Longitude of the end.', unit: 'degrees' },
    distance: { expression: metres(start, end), description: 'As the crow flies.', unit: 'metres' },
  },
  model: {
    name: 'duration',
    target: 'duration',
    features: ['bicycle', 'rider', 'hour', 'day_of_week', 'start_lat', 'start_lng', 'end_lat', 'end_lng', 'distance'],
    inputs: {
      rideable_type: { label: 'Bicycle', default: 'classic_bike' },
      member_casual: { label: 'Rider', default: 'member' },
      started_at: { label: 'When' },
      start_lat: { label: 'From, latitude', default: 40.7196 },
      start_lng: { label: 'From, longitude', default: -74.0431 },
      end_lat: { label: 'To, latitude', default: 40.7364 },
      end_lng: { label: 'To, longitude', default: -74.0306 },
    },
  },
  sample: bikeSample,
});
