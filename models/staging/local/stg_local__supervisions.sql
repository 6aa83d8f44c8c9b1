-- One row per case supervision of a child.
select
    supv_supervision_id as supervision_id,
    supv_person_id as person_id,
    cast(supv_supervision_date as date) as supervised_on,
    supv_worker_id as worker_id
from {{ source("local", "local_supervisions") }}
