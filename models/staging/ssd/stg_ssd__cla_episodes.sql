-- One row per episode of care: a stretch with one legal status and one placement.
-- A child's episodes without a period's id are taken as one period.
select
    clae_cla_episode_id as cla_episode_id,
    coalesce(clae_cla_id, 'no id: ' || clae_person_id) as cla_id,
    clae_person_id as person_id,
    nullif(trim(clae_referral_id), '') as referral_id,
    cast(clae_cla_episode_start_date as date) as started_on,
    cast(clae_cla_episode_ceased_date as date) as ended_on,
    upper(trim(clae_cla_episode_ceased_reason)) as end_reason_code
from {{ source("ssd", "ssd_cla_episodes") }}
