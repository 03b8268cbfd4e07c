{#- The monthly figures with readable names, for dashboards. Codes and zones that nobody knows keep their rows.
    monthly: the monthly table; keys: part → its column; names: [code, name] pairs; figures: columns to pass on. -#}
{% macro month_to_month(monthly, keys, vendor_names, payment_names, other_keys, figures, airport_fee) -%}
select
  {{ name_of_code('monthly.' ~ adapter.quote(keys.vendor), vendor_names) }} as vendors,
  extract(year from monthly.first_day_of_month) as {{ adapter.quote('year') }},
  extract(month from monthly.first_day_of_month) as {{ adapter.quote('month') }},
  {%- for column in other_keys + ['first_day_of_month'] + figures %}
  monthly.{{ adapter.quote(column) }},
  {%- endfor %}
  monthly.trip_count,
  monthly.avg_duration_minutes,
  monthly.total_duration_hours,
  monthly.busiest_hour_of_day,
  {{ 'monthly.' ~ adapter.quote(airport_fee) if airport_fee else 'cast(null as ' ~ double_type() ~ ')' }} as airport_fee_total,
  {{ name_of_code('monthly.' ~ adapter.quote(keys.payment), payment_names) }} as payment_type,
  coalesce(pickup.borough, 'Unknown') as pickup_borough,
  coalesce(pickup.{{ adapter.quote('zone') }}, 'Unknown') as pickup_zone,
  coalesce(dropoff.borough, 'Unknown') as dropoff_borough,
  coalesce(dropoff.{{ adapter.quote('zone') }}, 'Unknown') as dropoff_zone
from {{ in_any_catalog(monthly) }} as monthly
left join {{ in_any_catalog(ref('taxi_zones')) }} as pickup on pickup.location_id = monthly.{{ adapter.quote(keys.pickup) }}
left join {{ in_any_catalog(ref('taxi_zones')) }} as dropoff on dropoff.location_id = monthly.{{ adapter.quote(keys.dropoff) }}
{%- endmacro %}

{#- A code as text; a code without a name as `code 9`. -#}
{% macro name_of_code(column, names) -%}
  case
    {%- for code, name in names %}
    when {{ column }} = {{ code }} then {{ dbt.string_literal(dbt.escape_single_quotes(name)) }}
    {%- endfor %}
    when {{ column }} is null then 'not recorded'
    else concat('code ', cast({{ column }} as {{ text_type() }}))
  end
{%- endmacro %}
