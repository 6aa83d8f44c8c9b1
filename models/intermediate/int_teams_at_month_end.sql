-- One row per month and person with an open involvement of a team at the month's end:
-- the one that started last.
with
    team_involvements as (
        select involvement_id, person_id, worker_id, team_id, started_on, ended_on
        from {{ ref("int_involvements") }}
        where team_id is not null
    )

select reporting_month, person_id, team_id, worker_id
from ({{ open_at_month_ends("team_involvements") }}) as involvements
qualify
    row_number() over (
        partition by reporting_month, person_id
        order by started_on desc, involvement_id desc
    )
    = 1
