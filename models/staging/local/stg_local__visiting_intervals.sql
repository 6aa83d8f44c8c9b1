-- One row per spell in which a child is visited at an interval of their own.
select
    vint_interval_id as interval_id,
    vint_person_id as person_id,
    case
        upper(trim(vint_plan_type))
        when 'CIN'
        then 'cin_visits'
        when 'CP'
        then 'cp_visits'
        when 'CLA'
        then 'cla_visits'
        when 'CEP'
        then 'care_leaver_visits'
    end as clock,
    cast(vint_interval_days as integer) as interval_days,
    cast(vint_start_date as date) as started_on,
    cast(vint_end_date as date) as last_day
from {{ source("local", "local_visiting_intervals") }}
