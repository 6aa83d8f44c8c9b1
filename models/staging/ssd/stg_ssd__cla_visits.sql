-- One row per visit to a looked-after child.
select
    clav_cla_visit_id as visit_id,
    clav_person_id as person_id,
    cast(clav_cla_visit_date as date) as visited_on,
    {{ yes_no("clav_cla_visit_seen") }} as is_child_seen
from {{ source("ssd", "ssd_cla_visits") }}
