{#- All facts, one under the other. They share one contract, so the columns agree. -#}
{% macro stack(facts) -%}
    {%- for fact in facts %}
        select *
        from {{ ref("fct_" ~ fact) }}
        {%- if not loop.last %}
            union all
        {% endif %}
    {%- endfor %}
{%- endmacro %}
