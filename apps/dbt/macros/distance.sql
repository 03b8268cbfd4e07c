{#- Great-circle distance in metres by the haversine formula on a sphere of 6,371,000 m, as the prediction service computes it.
    Longitudes and latitudes are SQL expressions in degrees. Both engines have these functions, but only one has radians(). -#}
{% macro distance_metres(longitude, latitude, other_longitude, other_latitude) -%}
  {%- set radian = '0.017453292519943295' -%}
  2 * 6371000 * asin(least(1, sqrt(
      power(sin(({{ other_latitude }} - {{ latitude }}) * {{ radian }} / 2), 2)
      + cos({{ latitude }} * {{ radian }}) * cos({{ other_latitude }} * {{ radian }})
        * power(sin(({{ other_longitude }} - {{ longitude }}) * {{ radian }} / 2), 2)
    )))
{%- endmacro %}
