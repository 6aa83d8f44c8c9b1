-- One row per visit to a child on a protection plan.
select
    cppv_cp_visit_id as visit_id,
    cppv_person_id as person_id,
    cast(cppv_cp_visit_date as date) as visited_on,
    {{ yes_no("cppv_cp_visit_seen") }} as is_child_seen
from {{ source("ssd", "ssd_cp_visits") }}
