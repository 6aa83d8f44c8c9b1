-- One row per measure that is not in all three: live in the register, a fact in its
-- section's folder, and stacked in measure_rows.
{%- set facts = [] -%}
{%- set stacked = [] -%}
{%- for node in graph.nodes.values() if node.resource_type == "model" -%}
    {%- if node.name.startswith("fct_") -%}
        {%- do facts.append(node.fqn[-2] ~ "/" ~ node.name[4:]) -%}
    {%- elif node.name == "measure_rows" -%}
        {%- for parent in node.depends_on.nodes if ".fct_" in parent -%}
            {%- do stacked.append(parent.split(".fct_")[1]) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endfor %}
with
    facts as (select unnest({{ facts or [""] }}) as place),

    live_measures as (
        select measure_id, section || '/' || measure_id as place
        from {{ ref("measures") }}
        where status = 'live'
    ),

    stacked as (select unnest({{ stacked or [""] }}) as measure_id)

select
    coalesce(live_measures.place, facts.place, stacked.measure_id) as measure,
    live_measures.place is not null as is_live,
    facts.place is not null as has_fact_in_its_section,
    stacked.measure_id is not null as is_stacked
from live_measures
full join facts on live_measures.place = facts.place
full join
    stacked
    on split_part(coalesce(live_measures.place, facts.place), '/', 2)
    = stacked.measure_id
where live_measures.place is null or facts.place is null or stacked.measure_id is null
