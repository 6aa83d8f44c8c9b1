{#-
  Makes a table in one statement. dbt's own materialization builds beside the old
  table and renames, which a private build file does not need: it costs five more
  statements for each of a hundred tables.
-#}
{% materialization table, adapter="duckdb" %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- if existing_relation is not none and not existing_relation.is_table -%}
        {% do adapter.drop_relation(existing_relation) %}
    {%- endif -%}

    {{ run_hooks(pre_hooks) }}
    {% call statement("main") -%}
        {%- if config.get("contract").enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif %}
        create or replace table {{ target_relation }} as (
        {{ sql }}
        );
        {%- if config.persist_relation_docs() %}
            {{ comment_statements(target_relation, model) }}
        {%- endif %}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}

{% macro comment_statements(relation, model) -%}
    comment on table {{ relation }} is {{ duckdb_escape_comment(model.description) }};
    {%- for column in model.columns.values() %}
    comment on column {{ relation }}.{{ column.name }} is {{ duckdb_escape_comment(column.description) }};
    {%- endfor %}
{%- endmacro %}
