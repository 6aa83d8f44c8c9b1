-- One row per spell of a worker's or a team's involvement with a person.
select involvement_id, person_id, worker_id, worker_role, team_id, started_on, ended_on
from {{ ref("stg_ssd__involvements") }}
