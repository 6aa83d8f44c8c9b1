-- One row per team.
select
    dept_team_id as team_id,
    dept_team_name as team_name,
    dept_team_parent_id as parent_team_id,
    dept_team_parent_name as parent_team_name
from {{ source("ssd", "ssd_department") }}
