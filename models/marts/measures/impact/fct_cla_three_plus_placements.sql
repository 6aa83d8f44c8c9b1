-- One row per month and child looked after at its end.
select
    'cla_three_plus_placements' as measure_id,
    care.reporting_month,
    care.person_id as unit_id,
    care.person_id,
    care.team_id,
    case when placements.placements >= 3 then 'yes' else 'no' end as outcome,
    case
        when placements.placements >= 3
        then 'three or more placements'
        else 'fewer than three placements'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    care.month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cla_episodes' as source_table,
    care.source_id
from {{ ref("int_looked_after_at_month_end") }} as care
left join
    {{ ref("int_placements_in_last_year") }} as placements
    on care.reporting_month = placements.reporting_month
    and care.person_id = placements.person_id
