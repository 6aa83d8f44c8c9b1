-- One row per spell in which a pupil is educated at home by choice.
select
    ehed_episode_id as episode_id,
    nullif(trim(ehed_person_id), '') as person_id,
    ehed_pupil_id as pupil_id,
    cast(ehed_start_date as date) as started_on,
    cast(ehed_end_date as date) as ended_on
from {{ source("local", "local_home_education") }}
