-- One row per suspension, with whether it is the pupil's first in its month.
select
    suspension_id,
    pupil_id,
    started_on,
    sessions_lost / 2.0 as school_days_lost,
    row_number() over (
        partition by pupil_id, {{ month_of("started_on") }}
        order by started_on, suspension_id
    )
    = 1 as is_pupils_first_in_month
from {{ ref("stg_local__suspensions") }}
