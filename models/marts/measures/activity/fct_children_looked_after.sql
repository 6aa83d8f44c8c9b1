-- One row per month and child in a period of care at the month's end.
select
    'children_looked_after' as measure_id,
    periods.reporting_month,
    periods.person_id as unit_id,
    periods.person_id,
    looked_after.team_id,
    case
        when looked_after.person_id is not null then 'yes' else 'excluded'
    end as outcome,
    case
        when looked_after.person_id is not null
        then 'looked after'
        when periods.turns_18_on <= periods.month_end
        then '18 or over'
        else 'short break'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    periods.month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cla_episodes' as source_table,
    coalesce(looked_after.source_id, periods.last_episode_id) as source_id
from ({{ first_open_at_month_ends(ref("int_periods_of_care"), "cla_id") }}) as periods
left join
    {{ ref("int_looked_after_at_month_end") }} as looked_after
    on periods.reporting_month = looked_after.reporting_month
    and periods.person_id = looked_after.person_id
