{#- The monthly figures with readable names, for dashboards. Codes and ids that nobody knows keep their rows.
    monthly: the monthly table; columns: name and what it is of, in order; lookups: name, dimension, its id, and the monthly table's key. -#}
{% macro month_to_month(monthly, columns, lookups) -%}
select
  {%- for column in columns %}
  {{ view_column(column) }} as {{ adapter.quote(column.name) }}{{ ',' if not loop.last }}
  {%- endfor %}
from {{ in_any_catalog(monthly) }} as monthly
{%- for lookup in lookups %}
left join {{ in_any_catalog(ref(lookup.dimension)) }} as {{ adapter.quote(lookup.name) }}
  on {{ adapter.quote(lookup.name) }}.{{ adapter.quote(lookup.id) }} = monthly.{{ adapter.quote(lookup.key) }}
{%- endfor %}
{%- endmacro %}

{% macro view_column(column) -%}
  {%- if column.of == 'codes' -%}
    {{ name_of_code('monthly.' ~ adapter.quote(column.key), column.codes) }}
  {%- elif column.of == 'lookup' -%}
    coalesce({{ adapter.quote(column.lookup) }}.{{ adapter.quote(column.column) }}, 'Unknown')
  {%- elif column.of == 'column' -%}
    {{ 'monthly.' ~ adapter.quote(column.column) if column.column else 'cast(null as ' ~ double_type() ~ ')' }}
  {%- else -%}
    extract({{ column.of }} from monthly.first_day_of_month)
  {%- endif -%}
{%- endmacro %}

{#- A code as text; a code without a name as `code 9`. -#}
{% macro name_of_code(column, names) -%}
  case
    {%- for code, name in names %}
    when {{ column }} = {{ code if code is number else dbt.string_literal(dbt.escape_single_quotes(code)) }} then {{ dbt.string_literal(dbt.escape_single_quotes(name)) }}
    {%- endfor %}
    when {{ column }} is null then 'not recorded'
    else concat('code ', cast({{ column }} as {{ text_type() }}))
  end
{%- endmacro %}
