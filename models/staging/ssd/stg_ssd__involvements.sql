-- One row per spell of a worker's or a team's involvement with a person.
select
    invo_involvements_id as involvement_id,
    invo_person_id as person_id,
    invo_professional_id as worker_id,
    invo_professional_role_id as worker_role,
    nullif(trim(invo_professional_team), '') as team_id,
    cast(invo_involvement_start_date as date) as started_on,
    cast(invo_involvement_end_date as date) as ended_on
from {{ source("ssd", "ssd_involvements") }}
