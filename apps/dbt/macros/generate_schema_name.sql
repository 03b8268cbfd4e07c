{#- A model's schema is named exactly as the contract names it, after the warehouse's own prefix: no target's name in between. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- if custom_schema_name -%}
    {{- env_var('TAXIWAY_DATASET_PREFIX', '') ~ custom_schema_name | trim -}}
  {%- else -%}
    {{- target.schema -}}
  {%- endif -%}
{%- endmacro %}
