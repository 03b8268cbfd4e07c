{#- A model's schema is named exactly as the contract names it: no target prefix, so that every environment has the same names. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{- (custom_schema_name or target.schema) | trim -}}
{%- endmacro %}
