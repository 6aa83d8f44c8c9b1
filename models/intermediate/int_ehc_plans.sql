-- One row per education, health and care (EHC) plan, with the request it goes back
-- to. A plan that follows another from the same assessment amends it.
select
    plans.plan_id,
    decisions.person_id,
    decisions.requested_on,
    plans.issued_on,
    {{ days_between("decisions.requested_on", "plans.issued_on") }} as days_taken,
    coalesce(decisions.has_exception, false) as has_exception,
    case
        when decisions.requested_on is null
        then 'no linked request'
        when plans.issued_on < decisions.requested_on
        then 'plan before the request'
        when
            row_number() over (
                partition by plans.assessment_id order by plans.issued_on, plans.plan_id
            )
            > 1
        then 'amendment of an earlier plan'
    end as left_out_reason
from {{ ref("stg_ssd__ehc_plans") }} as plans
left join
    {{ ref("int_ehc_decisions") }} as decisions
    on plans.assessment_id = decisions.decision_id
    and decisions.stage = 'to issue'
