{#- Whole numbers from one to another, which engines unfold differently. -#}
{#- In a select: the row again for each number. -#}
{% macro each_whole_number(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{#- As a query of its own. -#}
{% macro whole_numbers(first, last, name) -%}
    select {{ each_whole_number(first, last) }} as {{ name }}
{%- endmacro %}
