{#- Reading the SSD's flags. Only staging uses these: nobody parses JSON downstream. -#}
{#- Y is true, N is false, anything else is not recorded. -#}
{% macro yes_no(value) -%}
    case upper(trim({{ value }})) when 'Y' then true when 'N' then false end
{%- endmacro %}

{#- One Y/N key of an outcome column. -#}
{% macro json_flag(column, key) -%}
    {{ yes_no("json_extract_string(" ~ column ~ ", '$." ~ key ~ "')") }}
{%- endmacro %}

{#- Whether any key of an outcome column is Y or N: an outcome was recorded at all. -#}
{% macro has_any_flag(column) -%}
    coalesce(regexp_matches({{ column }}, ':\s*"[YNyn]"'), false)
{%- endmacro %}
