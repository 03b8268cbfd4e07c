{#- Data tests that the generated models and sources use. A test's failures are the rows that it returns. -#}

{#- at_least ≤ value, and value ≤ at_most or value < below. -#}
{% test number_between(model, column_name, at_least, at_most=none, below=none) %}
{%- set column = adapter.quote(column_name) %}
select {{ column }} from {{ model }}
where not ({{ column }} >= {{ at_least }}
  {%- if at_most is not none %} and {{ column }} <= {{ at_most }}{% endif %}
  {%- if below is not none %} and {{ column }} < {{ below }}{% endif %})
{% endtest %}

{% test before_column(model, column_name, other) %}
select {{ adapter.quote(column_name) }} from {{ model }}
where not ({{ adapter.quote(column_name) }} < {{ adapter.quote(other) }})
{% endtest %}

{% test same_number_of_rows(model, other) %}
select * from (select (select count(*) from {{ model }}) as rows_here, (select count(*) from {{ other }}) as rows_there) as counts
where rows_here <> rows_there
{% endtest %}

{#- No two rows have the same values in all of these columns. A failure is a combination and how often it occurs. -#}
{% test unique_together(model, columns) %}
{%- set names = [] -%}
{%- for column in columns -%}{%- do names.append(adapter.quote(column)) -%}{%- endfor %}
select {{ names | join(', ') }}, count(*) as number_of_rows from {{ model }}
group by {{ names | join(', ') }}
having count(*) > 1
{% endtest %}

{#- Trips of the run's month that the fare model leaves out, because a zone of theirs has no coordinates. A warning with their number. -#}
{% test trips_without_coordinates(model, trips, pickup, pickup_zone, dropoff_zone) %}
with zones as (
  select location_id from {{ ref('taxi_zones') }} where longitude is not null and latitude is not null
)

select trips.{{ adapter.quote(pickup) }}
from {{ trips }} as trips
left join zones as pickup_zone on pickup_zone.location_id = trips.{{ adapter.quote(pickup_zone) }}
left join zones as dropoff_zone on dropoff_zone.location_id = trips.{{ adapter.quote(dropoff_zone) }}
where {{ in_run_month('trips.' ~ adapter.quote(pickup), 'timestamp') }}
  and (pickup_zone.location_id is null or dropoff_zone.location_id is null)
{% endtest %}
