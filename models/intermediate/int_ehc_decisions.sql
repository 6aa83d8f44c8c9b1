-- One row per decision on an education, health and care (EHC) plan: of a request
-- whether to assess, of an assessment whether to issue a plan. Days run from the
-- request.
with
    requests as (
        select requests.*, people.person_id
        from {{ ref("stg_ssd__ehc_requests") }} as requests
        left join
            {{ ref("stg_ssd__send") }} as people on requests.send_id = people.send_id
    ),

    decisions as (
        select
            'to assess' as stage,
            requests.request_id as decision_id,
            requests.person_id,
            requests.requested_on,
            requests.decided_on,
            requests.decision,
            coalesce(assessments.has_exception, false) as has_exception
        from requests
        left join
            (
                select request_id, bool_or(has_exception) as has_exception
                from {{ ref("stg_ssd__ehc_assessments") }}
                group by request_id
            ) as assessments
            on requests.request_id = assessments.request_id
        union all
        select
            'to issue',
            assessments.assessment_id,
            requests.person_id,
            requests.requested_on,
            assessments.decided_on,
            assessments.decision,
            assessments.has_exception
        from {{ ref("stg_ssd__ehc_assessments") }} as assessments
        left join requests on assessments.request_id = requests.request_id
    )

select
    decisions.*,
    {{ days_between("requested_on", "decided_on") }} as days_taken,
    case
        when decision is null
        then 'decision not recorded'
        when decision not in ('agreed', 'refused')
        then decision
        when requested_on is null
        then 'no linked request'
        when decided_on < requested_on
        then 'decision before the request'
    end as left_out_reason
from decisions
