-- One row per month and child with a care plan in force at the month's end: one with a
-- permanence option before one without, then the latest.
select reporting_month, person_id, care_plan_id, started_on, has_permanence_option
from ({{ open_at_month_ends(ref("stg_ssd__care_plans")) }}) as plans
qualify
    row_number() over (
        partition by reporting_month, person_id
        order by has_permanence_option desc, started_on desc, care_plan_id desc
    )
    = 1
