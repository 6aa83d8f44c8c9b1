-- One row per request for an education, health and care needs assessment.
select
    ehcr_ehcp_request_id as request_id,
    ehcr_send_table_id as send_id,
    cast(ehcr_ehcp_req_date as date) as requested_on,
    cast(ehcr_ehcp_req_outcome_date as date) as decided_on,
    {{ ehc_decision("ehcr_ehcp_req_outcome") }} as decision
from {{ source("ssd", "ssd_ehcp_requests") }}
