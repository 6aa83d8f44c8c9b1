-- One row per team.
select team_id, team_name, parent_team_id, parent_team_name from {{ ref("int_teams") }}
