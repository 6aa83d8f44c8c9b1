-- One row per person known to the council. No names are read.
select
    pers_person_id as person_id,
    cast(coalesce(pers_dob, pers_expected_dob) as date) as born_on,
    pers_dob is null and pers_expected_dob is not null as is_birth_expected,
    cast(pers_death_date as date) as died_on,
    nullif(trim(pers_sex), '') as sex_code,
    nullif(trim(pers_ethnicity), '') as ethnicity_code
from {{ source("ssd", "ssd_person") }}
