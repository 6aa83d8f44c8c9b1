-- One row per person known to the council.
select
    person_id,
    born_on,
    is_birth_expected,
    died_on,
    sex_code,
    ethnicity_code,
    {{ birthday("born_on", 18) }} as turns_18_on
from {{ ref("stg_ssd__people") }}
