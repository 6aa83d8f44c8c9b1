-- One row per month and care leaver in unsuitable accommodation at its end or at its
-- start.
select
    'care_leavers_accommodation_changes' as measure_id,
    reporting_month,
    person_id as unit_id,
    person_id,
    team_id,
    'yes' as outcome,
    change as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    case
        when change = 'left' then [change] else [change, 'in unsuitable accommodation']
    end as populations,
    month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_care_leavers' as source_table,
    care_leaver_id as source_id
from {{ ref("int_unsuitable_accommodation") }}
