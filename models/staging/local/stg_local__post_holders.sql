-- One row per spell of a worker's holding a post or a part of it.
select
    poho_holding_id as holding_id,
    poho_post_id as post_id,
    poho_worker_id as worker_id,
    {{ yes_no("poho_is_agency") }} as is_agency,
    poho_fte as full_time_equivalent,
    cast(poho_start_date as date) as started_on,
    cast(poho_end_date as date) as ended_on
from {{ source("local", "local_post_holders") }}
