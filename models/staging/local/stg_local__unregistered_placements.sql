-- One row per spell in which a placement was not registered.
select
    unpl_cla_placement_id as placement_id,
    cast(unpl_start_date as date) as started_on,
    cast(unpl_end_date as date) as ended_on
from {{ source("local", "local_unregistered_placements") }}
