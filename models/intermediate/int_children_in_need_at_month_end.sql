-- One row per month and child with an episode of need open at the month's end: the
-- earliest open one. Referrals closed with no further action are no episodes of need.
with
    episodes_of_need as (
        select referral_id, person_id, started_on, ended_on, team_id
        from {{ ref("int_referrals") }}
        where is_no_further_action is not true
    )

select
    episodes.reporting_month,
    episodes.month_end,
    episodes.person_id,
    episodes.referral_id,
    episodes.started_on,
    coalesce(teams.team_id, episodes.team_id) as team_id
from ({{ first_open_at_month_ends("episodes_of_need", "referral_id") }}) as episodes
left join
    {{ ref("int_teams_at_month_end") }} as teams
    on episodes.reporting_month = teams.reporting_month
    and episodes.person_id = teams.person_id
