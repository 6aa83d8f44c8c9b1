-- One row per child and day on which an episode of care started: the one that ran on.
-- The last to have started on or before a date is the child's episode on that date.
select
    episodes.cla_episode_id,
    episodes.cla_id,
    episodes.person_id,
    episodes.started_on,
    referrals.team_id
from {{ ref("stg_ssd__cla_episodes") }} as episodes
left join
    {{ ref("int_referrals") }} as referrals
    on episodes.referral_id = referrals.referral_id
qualify
    row_number() over (
        partition by episodes.person_id, episodes.started_on
        order by
            coalesce(episodes.ended_on, {{ far_future() }}) desc,
            episodes.cla_episode_id desc
    )
    = 1
