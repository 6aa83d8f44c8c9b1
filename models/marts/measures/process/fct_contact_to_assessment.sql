-- One row per contact received and per assessment started: two counts, no cohort.
with
    units(kind, source_id, person_id, team_id, counted_on, weight, amount) as (
        select 'contact', contact_id, person_id, null, contacted_on, 1, 0
        from {{ ref("int_contacts") }}
        union all
        select 'assessment', assessment_id, person_id, team_id, started_on, 0, 1
        from {{ ref("int_assessments") }}
    )

select
    'contact_to_assessment' as measure_id,
    months.reporting_month,
    units.kind || ':' || units.source_id as unit_id,
    units.person_id,
    units.team_id,
    'yes' as outcome,
    case
        units.kind when 'contact' then 'contact received' else 'assessment started'
    end as reason,
    cast(units.weight as double) as weight,
    cast(units.amount as double) as amount,
    cast([] as varchar[]) as populations,
    units.counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    case
        units.kind when 'contact' then 'ssd_contacts' else 'ssd_cin_assessments'
    end as source_table,
    units.source_id
from units
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("units.counted_on") }} = months.reporting_month
