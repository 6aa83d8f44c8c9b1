-- One row per month and child with an episode of need open at the month's end: the
-- earliest open one. Referrals closed with no further action are no episodes of need.
select
    episodes.reporting_month,
    episodes.month_end,
    episodes.person_id,
    episodes.referral_id,
    episodes.started_on,
    coalesce(teams.team_id, episodes.team_id) as team_id
from
    (
        {{ open_at_month_ends("(select * from " ~ ref("int_referrals") ~ " where is_no_further_action is not true)") }}
    ) as episodes
left join
    {{ ref("int_teams_at_month_end") }} as teams
    on episodes.reporting_month = teams.reporting_month
    and episodes.person_id = teams.person_id
qualify
    row_number() over (
        partition by episodes.reporting_month, episodes.person_id
        order by episodes.started_on, episodes.referral_id
    )
    = 1
