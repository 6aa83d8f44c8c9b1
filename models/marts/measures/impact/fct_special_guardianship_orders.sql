-- One row per special guardianship order made.
select
    'special_guardianship_orders' as measure_id,
    months.reporting_month,
    events.permanence_id as unit_id,
    events.person_id,
    cast(null as varchar) as team_id,
    'yes' as outcome,
    'special guardianship order made' as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    events.happened_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_permanence' as source_table,
    events.permanence_id as source_id
from {{ ref("int_permanence_events") }} as events
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("events.happened_on") }} = months.reporting_month
where events.event = 'special guardianship'
