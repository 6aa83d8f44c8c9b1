-- One row per clock, month and child who was visited at an interval of their own at the
-- month's end: the one that started last.
select clock, reporting_month, person_id, interval_days
from
    (
        {{ open_at_month_ends("(select * exclude (last_day), last_day + 1 as ended_on from " ~ ref("stg_local__visiting_intervals") ~ ")") }}
    ) as intervals
qualify
    row_number() over (
        partition by clock, reporting_month, person_id
        order by started_on desc, interval_id desc
    )
    = 1
