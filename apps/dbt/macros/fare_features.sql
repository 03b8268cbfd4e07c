{#- The fare model's features: a row a clean trip whose zones both have coordinates (test trips_without_coordinates counts the others).
    trips: the clean table; columns: role → column; airports: name → longitude and latitude. -#}
{% macro fare_features(trips, columns, airports) -%}
{{ replace_month_of('date') }}
{%- set pickup = 'trips.' ~ adapter.quote(columns.pickup) -%}
{%- set dropoff = 'trips.' ~ adapter.quote(columns.dropoff) %}
with zones as (
  -- Distances belong to zones: computed 265 times, not once a trip.
  select
    location_id,
    longitude,
    latitude
    {%- for name, place in airports.items() %},
    {{ distance_metres('longitude', 'latitude', place.longitude, place.latitude) }} as {{ name }}_distance
    {%- endfor %}
  from {{ ref('taxi_zones') }}
  where longitude is not null and latitude is not null
)

select
  trips.{{ adapter.quote(columns.passengers) }} as passenger_count,
  trips.{{ adapter.quote(columns.distance) }} as trip_distance,
  trips.{{ adapter.quote(columns.fare) }} as fare_amount,
  pickup_zone.longitude as pickup_long,
  pickup_zone.latitude as pickup_lat,
  dropoff_zone.longitude as dropoff_long,
  dropoff_zone.latitude as dropoff_lat,
  cast({{ pickup }} as date) as {{ adapter.quote('date') }},
  {{ minutes_between(pickup, dropoff) }} as trip_duration,
  extract(day from {{ pickup }}) as day_of_month,
  extract(month from {{ pickup }}) as {{ adapter.quote('month') }},
  extract(year from {{ pickup }}) as {{ adapter.quote('year') }},
  {{ day_of_week(pickup) }} as day_of_week,
  extract(hour from {{ pickup }}) as hour_of_day
  {%- for name in airports %},
  pickup_zone.{{ name }}_distance as pickup_{{ name }}_distance,
  dropoff_zone.{{ name }}_distance as dropoff_{{ name }}_distance
  {%- endfor %}
from {{ trips }} as trips
inner join zones as pickup_zone on pickup_zone.location_id = trips.{{ adapter.quote(columns.pickupZone) }}
inner join zones as dropoff_zone on dropoff_zone.location_id = trips.{{ adapter.quote(columns.dropoffZone) }}
{%- if is_incremental() %}
where {{ in_run_month(pickup, 'timestamp') }}
{%- endif %}
{%- endmacro %}
