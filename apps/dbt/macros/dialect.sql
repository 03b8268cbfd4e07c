{#- What DuckDB and BigQuery say in different words in the macros of this folder; the contract renders the feature models in both. -#}

{#- The double-precision type. -#}
{% macro double_type() %}{{ return(adapter.dispatch('double_type')()) }}{% endmacro %}
{% macro duckdb__double_type() %}double{% endmacro %}
{% macro bigquery__double_type() %}float64{% endmacro %}

{#- The text type. -#}
{% macro text_type() %}{{ return(adapter.dispatch('text_type')()) }}{% endmacro %}
{% macro duckdb__text_type() %}varchar{% endmacro %}
{% macro bigquery__text_type() %}string{% endmacro %}

{#- A table as a view names it. DuckDB's catalog is the file's name: a view without it also works where the file is attached under another. -#}
{% macro in_any_catalog(relation) %}{{ return(adapter.dispatch('in_any_catalog')(relation)) }}{% endmacro %}
{% macro duckdb__in_any_catalog(relation) %}{{ return(relation.include(database=false)) }}{% endmacro %}
{% macro bigquery__in_any_catalog(relation) %}{{ return(relation) }}{% endmacro %}
