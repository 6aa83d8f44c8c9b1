-- One row per episode of a child missing or away from placement.
select
    miss_table_id as missing_episode_id,
    miss_person_id as person_id,
    cast(miss_missing_episode_start_date as date) as started_on,
    cast(miss_missing_episode_end_date as date) as ended_on,
    upper(trim(miss_missing_episode_type)) in ('M', 'MISSING') as is_missing,
    {{ yes_no("miss_missing_rhi_offered") }} as is_return_interview_offered,
    {{ yes_no("miss_missing_rhi_accepted") }} as is_return_interview_accepted
from {{ source("ssd", "ssd_missing") }}
