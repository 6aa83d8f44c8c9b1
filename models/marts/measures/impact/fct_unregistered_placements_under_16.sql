-- One row per month and child looked after in an unregistered placement at its end.
select
    'unregistered_placements_under_16' as measure_id,
    care.reporting_month,
    care.person_id as unit_id,
    care.person_id,
    care.team_id,
    case when care.age < 16 then 'yes' else 'excluded' end as outcome,
    case
        when care.age < 16
        then 'placement not registered'
        when care.age >= 16
        then 'aged 16 or over'
        else 'date of birth not recorded'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    case when care.age < 16 then ['under 16'] else [] end as populations,
    care.month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cla_placement' as source_table,
    placements.placement_id as source_id
from {{ ref("int_looked_after_at_month_end") }} as care
inner join
    {{ ref("int_placements_at_month_end") }} as placements
    on care.reporting_month = placements.reporting_month
    and care.person_id = placements.person_id
inner join
    {{ ref("int_unregistered_placements_at_month_end") }} as unregistered
    on placements.reporting_month = unregistered.reporting_month
    and placements.placement_id = unregistered.placement_id
