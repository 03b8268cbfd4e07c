{#- BigQuery loads a seed in one job that replaces the whole table. dbt drops the table before, and whoever reads it meanwhile finds none;
    here it stays until the job is done. -#}
{% macro bigquery__reset_csv_table(model, full_refresh, old_relation, agate_table) %}{% endmacro %}
