-- One row per month and placement that was not registered at the month's end.
select distinct reporting_month, placement_id
from ({{ open_at_month_ends(ref("stg_local__unregistered_placements")) }}) as placements
