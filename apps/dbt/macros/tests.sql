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

{#- Rows of the run's month that the feature table leaves out, because a lookup finds no place. A warning with their number.
    lookups: column of the clean table, dimension, and the dimension's columns key, longitude, latitude. -#}
{% test rows_without_place(model, clean, time, lookups) %}
{%- set at = 'clean.' ~ adapter.quote(time) %}
select {{ at }}
from {{ clean }} as clean
{%- for lookup in lookups %}
left join {{ ref(lookup.dimension) }} as place_{{ loop.index }}
  on place_{{ loop.index }}.{{ adapter.quote(lookup.key) }} = clean.{{ adapter.quote(lookup.column) }}
{%- endfor %}
where {{ in_run_month(at, 'timestamp') }}
  and (
    {%- for lookup in lookups %}
    {{ 'or ' if not loop.first }}place_{{ loop.index }}.{{ adapter.quote(lookup.longitude) }} is null
    or place_{{ loop.index }}.{{ adapter.quote(lookup.latitude) }} is null
    {%- endfor %}
  )
{% endtest %}
