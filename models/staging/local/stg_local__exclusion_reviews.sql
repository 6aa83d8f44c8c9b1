-- One row per review of an exclusion by one body.
select
    exrv_review_id as review_id,
    exrv_exclusion_id as exclusion_id,
    case
        when lower(trim(exrv_body)) in ('governing board', 'independent review panel')
        then lower(trim(exrv_body))
    end as body,
    cast(exrv_referred_date as date) as referred_on,
    cast(exrv_decision_date as date) as decided_on,
    case
        when
            lower(trim(exrv_outcome))
            in ('upheld', 'reinstated', 'quashed', 'redirected')
        then lower(trim(exrv_outcome))
    end as decision
from {{ source("local", "local_exclusion_reviews") }}
