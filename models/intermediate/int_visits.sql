-- One row per visit to a child, of whichever kind: each kind has its own clock.
select 'cin_visits' as clock, visit_id, person_id, visited_on, is_child_seen
from {{ ref("stg_ssd__cin_visits") }}
union all
select 'cp_visits' as clock, visit_id, person_id, visited_on, is_child_seen
from {{ ref("stg_ssd__cp_visits") }}
union all
select 'cla_visits' as clock, visit_id, person_id, visited_on, is_child_seen
from {{ ref("stg_ssd__cla_visits") }}
