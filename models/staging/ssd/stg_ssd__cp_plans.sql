-- One row per child protection plan.
select
    cppl_cp_plan_id as cp_plan_id,
    cppl_person_id as person_id,
    nullif(trim(cppl_referral_id), '') as referral_id,
    nullif(trim(cppl_icpc_id), '') as icpc_id,
    cast(cppl_cp_plan_start_date as date) as started_on,
    cast(cppl_cp_plan_end_date as date) as ended_on,
    {{ yes_no("cppl_cp_plan_ola") }} as is_for_other_authority
from {{ source("ssd", "ssd_cp_plans") }}
