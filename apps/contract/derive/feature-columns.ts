// The columns of the fare model's feature table, with their meanings. The dbt macro `fare_features` selects exactly these.
import { airports } from '../zones.ts';

const fixed = {
  passenger_count: 'Passengers in the vehicle.',
  trip_distance: 'Distance of the trip in miles.',
  fare_amount: 'The fare in USD.',
  pickup_long: "Longitude of the pickup zone's centroid, in degrees.",
  pickup_lat: "Latitude of the pickup zone's centroid, in degrees.",
  dropoff_long: "Longitude of the dropoff zone's centroid, in degrees.",
  dropoff_lat: "Latitude of the dropoff zone's centroid, in degrees.",
  date: 'Day of the pickup.',
  trip_duration: 'Minutes from pickup to dropoff.',
  day_of_month: 'Day of the month of the pickup.',
  month: 'Month of the pickup, 1 to 12.',
  year: 'Year of the pickup.',
  day_of_week: 'Day of the week of the pickup, 1 = Sunday.',
  hour_of_day: 'Hour of the pickup, 0 to 23.',
};

/** Column → meaning, in the table's order. Distances are great-circle metres from a zone's centroid. */
export const featureColumns: Readonly<Record<string, string>> = {
  ...fixed,
  ...Object.fromEntries(
    Object.keys(airports).flatMap((airport) =>
      ['pickup', 'dropoff'].map((end) => [
        `${end}_${airport}_distance`,
        `Metres from the ${end} zone's centroid to ${airport.toUpperCase()} airport.`,
      ]),
    ),
  ),
};
