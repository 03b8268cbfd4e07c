{#- The expressions in which DuckDB and BigQuery differ; all else in this project is SQL that both read. -#}

{#- The double-precision type. -#}
{% macro double_type() %}{{ return(adapter.dispatch('double_type')()) }}{% endmacro %}
{% macro duckdb__double_type() %}double{% endmacro %}
{% macro bigquery__double_type() %}float64{% endmacro %}

{#- The text type. -#}
{% macro text_type() %}{{ return(adapter.dispatch('text_type')()) }}{% endmacro %}
{% macro duckdb__text_type() %}varchar{% endmacro %}
{% macro bigquery__text_type() %}string{% endmacro %}

{#- Minutes, with their fraction, from one timestamp to a later one. -#}
{% macro minutes_between(start, end) %}{{ return(adapter.dispatch('minutes_between')(start, end)) }}{% endmacro %}
{% macro duckdb__minutes_between(start, end) %}(epoch_us({{ end }}) - epoch_us({{ start }})) / 60000000.0{% endmacro %}
{% macro bigquery__minutes_between(start, end) %}timestamp_diff({{ end }}, {{ start }}, microsecond) / 60000000.0{% endmacro %}

{#- Day of the week, 1 = Sunday … 7 = Saturday. -#}
{% macro day_of_week(timestamp) %}{{ return(adapter.dispatch('day_of_week')(timestamp)) }}{% endmacro %}
{% macro duckdb__day_of_week(timestamp) %}extract(dow from {{ timestamp }}) + 1{% endmacro %}
{% macro bigquery__day_of_week(timestamp) %}extract(dayofweek from {{ timestamp }}){% endmacro %}

{#- A table as a view names it. DuckDB's catalog is the file's name: a view without it also works where the file is attached under another. -#}
{% macro in_any_catalog(relation) %}{{ return(adapter.dispatch('in_any_catalog')(relation)) }}{% endmacro %}
{% macro duckdb__in_any_catalog(relation) %}{{ return(relation.include(database=false)) }}{% endmacro %}
{% macro bigquery__in_any_catalog(relation) %}{{ return(relation) }}{% endmacro %}
