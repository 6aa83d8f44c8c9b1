{#- Codes of a standard, in words. Only staging uses these. -#}
{#- What was decided on a request or an assessment (SEN2 census). -#}
{% macro ehc_decision(code) -%}
    case
        upper(trim({{ code }}))
        when 'Y'
        then 'agreed'
        when 'N'
        then 'refused'
        when 'A'
        then 'not yet decided'
        when 'W'
        then 'withdrawn'
        when 'H'
        then 'decided before the record began'
    end
{%- endmacro %}
