-- One row per spell in which a pupil is missing education.
select
    cmed_episode_id as episode_id,
    nullif(trim(cmed_person_id), '') as person_id,
    cmed_pupil_id as pupil_id,
    cast(cmed_start_date as date) as started_on,
    cast(cmed_end_date as date) as ended_on
from {{ source("local", "local_children_missing_education") }}
