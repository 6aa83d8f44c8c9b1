-- One row per education, health and care needs assessment.
select
    ehca_ehcp_assessment_id as assessment_id,
    ehca_ehcp_request_id as request_id,
    cast(ehca_ehcp_assessment_outcome_date as date) as decided_on,
    {{ ehc_decision("ehca_ehcp_assessment_outcome") }} as decision,
    upper(trim(ehca_ehcp_assessment_exceptions)) in ('1', 'Y') is true as has_exception
from {{ source("ssd", "ssd_ehcp_assessment") }}
