-- One row per spell of a legal status of a looked-after child.
select
    lega_legal_status_id as legal_status_id,
    lega_person_id as person_id,
    upper(trim(lega_legal_status)) as legal_status_code,
    cast(lega_legal_status_start_date as date) as started_on,
    cast(lega_legal_status_end_date as date) as ended_on
from {{ source("ssd", "ssd_legal_status") }}
