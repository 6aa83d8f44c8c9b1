-- One row per review conference of a child protection plan.
select
    cppr_cp_review_id as cp_review_id,
    cppr_person_id as person_id,
    cppr_cp_plan_id as cp_plan_id,
    cast(cppr_cp_review_date as date) as reviewed_on
from {{ source("ssd", "ssd_cp_reviews") }}
