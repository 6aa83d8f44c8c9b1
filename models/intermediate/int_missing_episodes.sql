-- One row per episode in which a child was missing; absences without it are left out.
select missing_episode_id, person_id, started_on, ended_on, is_return_interview_accepted
from {{ ref("stg_ssd__missing_episodes") }}
where is_missing
