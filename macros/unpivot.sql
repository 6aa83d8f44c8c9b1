{#- One row for each column of a relation besides those kept, with its name and its value; no row for a null. -#}
{% macro unpivoted(relation, kept, name, value) -%}
    select *
    from
        (
            unpivot {{ relation }} on columns(* exclude ({{ kept | join(", ") }}))
            into name {{ name }} value {{ value }}
        ) as columns_as_rows
{%- endmacro %}
