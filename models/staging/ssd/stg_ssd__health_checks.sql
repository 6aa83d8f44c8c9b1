-- One row per health or dental check of a looked-after child, done or not.
select
    clah_health_check_id as health_check_id,
    clah_person_id as person_id,
    lower(trim(clah_health_check_type)) as check_type,
    cast(clah_health_check_date as date) as checked_on,
    lower(trim(clah_health_check_status)) as check_status
from {{ source("ssd", "ssd_cla_health") }}
