-- One row per established social-work post.
select
    post_post_id as post_id,
    nullif(trim(post_team_id), '') as team_id,
    {{ yes_no("post_is_front_line") }} as is_front_line,
    post_fte as full_time_equivalent,
    cast(post_start_date as date) as started_on,
    cast(post_end_date as date) as ended_on
from {{ source("local", "local_posts") }}
