-- One row per child in need plan.
select
    plans.cin_plan_id,
    plans.person_id,
    plans.referral_id,
    plans.started_on,
    plans.ended_on,
    coalesce(plans.team_id, referrals.team_id) as team_id
from {{ ref("stg_ssd__cin_plans") }} as plans
left join
    {{ ref("int_referrals") }} as referrals on plans.referral_id = referrals.referral_id
