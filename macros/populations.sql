{#- The names of the populations a unit is in: those of the list that are not null. -#}
{% macro names(listed) -%}
    list_filter([{{ listed | join(", ") }}], lambda name:name is not null)
{%- endmacro %}

{#- Names, and each again within a group: `pupils` and `looked after: pupils`. -#}
{% macro names_and_within(group, listed) -%}
    [
        {%- for name in listed -%}
            '{{ name }}', {{ group }} || ': {{ name }}' {{- ", " if not loop.last }}
        {%- endfor -%}
    ]
{%- endmacro %}
