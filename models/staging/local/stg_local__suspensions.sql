-- One row per suspension of a pupil from school.
select
    susp_suspension_id as suspension_id,
    susp_pupil_id as pupil_id,
    cast(susp_start_date as date) as started_on,
    susp_sessions as sessions_lost
from {{ source("local", "local_suspensions") }}
