-- One row per referral, with the date of the child's referral before it.
select
    referral_id,
    person_id,
    referred_on as started_on,
    closed_on as ended_on,
    is_no_further_action,
    team_id,
    max(referred_on) over (
        partition by person_id
        order by referred_on
        range between unbounded preceding and interval 1 day preceding
    ) as previous_referred_on
from {{ ref("stg_ssd__referrals") }}
