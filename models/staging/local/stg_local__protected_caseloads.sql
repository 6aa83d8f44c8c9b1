-- One row per spell in which a newly qualified worker's caseload is protected.
select
    prot_worker_id as worker_id,
    prot_capacity as capacity,
    cast(prot_start_date as date) as started_on,
    cast(prot_end_date as date) as ended_on
from {{ source("local", "local_protected_caseloads") }}
