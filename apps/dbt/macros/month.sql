{#- The month of a run: the environment's TAXIWAY_RUN_DATE is its first day; empty means every month. -#}

{#- No dbt var: a changed var makes dbt parse the whole project anew, a changed environment variable only its readers. -#}
{% macro run_date() -%}
  {{ return(env_var('TAXIWAY_RUN_DATE', '')) }}
{%- endmacro %}

{#- First day of the month after run_date. -#}
{% macro next_run_date() -%}
  {%- set parts = run_date().split('-') -%}
  {%- set months = parts[0] | int * 12 + parts[1] | int -%}
  {{ return('%04d-%02d-01' | format(months // 12, months % 12 + 1)) }}
{%- endmacro %}

{#- A condition that keeps the run's month of a timestamp or date column. -#}
{% macro in_run_month(column, type) -%}
  {%- if run_date() -%}
    {{ column }} >= {{ type }} '{{ run_date() }}' and {{ column }} < {{ type }} '{{ next_run_date() }}'
  {%- else -%}
    true
  {%- endif -%}
{%- endmacro %}

{#- The clause of an incremental model that keeps the run's month of a timestamp. -#}
{% macro where_run_month(column) -%}
  {%- if is_incremental() -%}
    where {{ in_run_month(column, 'timestamp') }}
  {%- endif -%}
{%- endmacro %}

{#- Configures an incremental model whose runs replace exactly the run's month, also when the month has no rows any more. -#}
{% macro replace_month_of(column) -%}
  {{ return(adapter.dispatch('replace_month_of')(column)) }}
{%- endmacro %}

{% macro duckdb__replace_month_of(column) -%}
  {{ config(incremental_strategy='replace_month', month_column=column) }}
{%- endmacro %}

{% macro bigquery__replace_month_of(column) -%}
  {%- set partition = {'field': column, 'data_type': 'date', 'granularity': 'month'} -%}
  {%- if run_date() -%}
    {{ config(incremental_strategy='insert_overwrite', partition_by=partition, partitions=["date '" ~ run_date() ~ "'"]) }}
  {%- else -%}
    {{ config(incremental_strategy='insert_overwrite', partition_by=partition) }}
  {%- endif -%}
{%- endmacro %}

{#- dbt calls this for the strategy `replace_month`, inside the model's transaction. -#}
{% macro get_incremental_replace_month_sql(arguments) -%}
  {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
  delete from {{ arguments.target_relation }} where {{ in_run_month(adapter.quote(config.get('month_column')), 'date') }};
  insert into {{ arguments.target_relation }} ({{ columns }})
  select {{ columns }} from {{ arguments.temp_relation }}
{%- endmacro %}
