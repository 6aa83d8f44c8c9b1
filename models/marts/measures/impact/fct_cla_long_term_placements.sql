-- One row per month and child looked after at its end.
select
    'cla_long_term_placements' as measure_id,
    care.reporting_month,
    care.person_id as unit_id,
    care.person_id,
    care.team_id,
    case
        when
            care.started_on > {{ months_before("care.month_end", 30) }}
            or care.age >= 16
        then 'excluded'
        when placements.settled_since <= {{ months_before("care.month_end", 24) }}
        then 'yes'
        else 'no'
    end as outcome,
    case
        when care.age >= 16
        then 'aged 16 or over'
        when care.started_on > {{ months_before("care.month_end", 30) }}
        then 'looked after for less than two and a half years'
        when placements.settled_since <= {{ months_before("care.month_end", 24) }}
        then 'same placement for two years or more'
        when placements.placement_id is not null
        then 'same placement for less than two years'
        else 'no placement recorded'
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
    {{ ref("int_placements_at_month_end") }} as placements
    on care.reporting_month = placements.reporting_month
    and care.person_id = placements.person_id
