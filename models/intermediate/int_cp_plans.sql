-- One row per child protection plan, with the start of the child's plan before it.
-- Plans for another authority are plans of the child's, so they count as earlier ones.
select
    plans.cp_plan_id,
    plans.person_id,
    plans.referral_id,
    plans.icpc_id,
    plans.started_on,
    plans.ended_on,
    coalesce(plans.is_for_other_authority, false) as is_for_other_authority,
    max(plans.started_on) over (
        partition by plans.person_id
        order by plans.started_on
        range between unbounded preceding and interval 1 day preceding
    ) as previous_plan_started_on,
    referrals.team_id
from {{ ref("stg_ssd__cp_plans") }} as plans
left join
    {{ ref("int_referrals") }} as referrals on plans.referral_id = referrals.referral_id
