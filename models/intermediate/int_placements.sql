-- One row per placement of a looked-after child.
select
    placement_id,
    cla_id,
    person_id,
    started_on,
    ended_on,
    placement_type,
    urn,
    provider_code,
    postcode
from {{ ref("stg_ssd__placements") }}
