-- One row per review of a child in need plan.
select
    cinr_review_id as review_id,
    cinr_cin_plan_id as cin_plan_id,
    cast(cinr_review_date as date) as reviewed_on
from {{ source("local", "local_cin_plan_reviews") }}
