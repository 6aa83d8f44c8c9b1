-- One row per suspension.
select
    'suspensions' as measure_id,
    reporting_month,
    suspension_id as unit_id,
    cast(null as varchar) as person_id,
    cast(null as varchar) as team_id,
    'yes' as outcome,
    'suspended' as reason,
    cast(1 as double) as weight,
    cast(school_days_lost as double) as amount,
    case
        when is_pupils_first_in_month
        then ['suspensions', 'school days lost', 'pupils suspended']
        else ['suspensions', 'school days lost']
    end as populations,
    started_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'local_suspensions' as source_table,
    suspension_id as source_id
from {{ ref("int_suspensions") }}
inner join {{ ref("int_months") }} on {{ month_of("started_on") }} = reporting_month
