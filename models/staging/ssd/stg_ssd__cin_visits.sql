-- One row per visit to a child in need.
select
    cinv_cin_visit_id as visit_id,
    cinv_person_id as person_id,
    cast(cinv_cin_visit_date as date) as visited_on,
    {{ yes_no("cinv_cin_visit_seen") }} as is_child_seen
from {{ source("ssd", "ssd_cin_visits") }}
