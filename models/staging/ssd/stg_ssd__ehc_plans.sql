-- One row per education, health and care plan that names a placement.
select
    ehcn_named_plan_id as plan_id,
    ehcn_ehcp_asmt_id as assessment_id,
    cast(ehcn_named_plan_start_date as date) as issued_on
from {{ source("ssd", "ssd_ehcp_named_plan") }}
