-- One row per start of a looked-after spell, and per start of care that is left out.
select
    'cla_starts' as measure_id,
    months.reporting_month,
    changes.unit_id,
    changes.person_id,
    changes.team_id,
    changes.outcome,
    changes.reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    changes.changed_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cla_episodes' as source_table,
    changes.source_id
from {{ ref("int_looked_after_changes") }} as changes
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("changes.changed_on") }} = months.reporting_month
where changes.change = 'start'
