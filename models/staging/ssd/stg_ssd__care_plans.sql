-- One row per care plan of a looked-after child.
-- Each key of its JSON is an option of permanence: adoption, long-term fostering ...
select
    lacp_table_id as care_plan_id,
    lacp_person_id as person_id,
    cast(lacp_cla_care_plan_start_date as date) as started_on,
    cast(lacp_cla_care_plan_end_date as date) as ended_on,
    regexp_matches(lacp_cla_care_plan_json, ':\s*"?\s*(y|yes|true)\s*"?\s*[,}]', 'i')
    is true as has_permanence_option
from {{ source("ssd", "ssd_cla_care_plan") }}
