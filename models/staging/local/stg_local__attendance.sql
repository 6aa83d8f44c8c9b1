-- One row per pupil and month of school attendance, in half-day sessions.
select
    atte_pupil_id as pupil_id,
    nullif(trim(atte_person_id), '') as person_id,
    cast(atte_month as date) as attended_in,
    atte_possible_sessions as possible_sessions,
    coalesce(atte_authorised_absences, 0) as authorised_absences,
    coalesce(atte_unauthorised_absences, 0) as unauthorised_absences
from {{ source("local", "local_attendance") }}
