-- One row per permanent exclusion of a pupil from school.
select
    excl_exclusion_id as exclusion_id,
    excl_pupil_id as pupil_id,
    cast(excl_date as date) as excluded_on
from {{ source("local", "local_exclusions") }}
