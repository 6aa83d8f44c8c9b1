-- One row per landed extract and care leaver's record in it. The table holds only the
-- latest state, so a past state is in a past extract.
select
    extract_as_at,
    clea_table_id as care_leaver_id,
    clea_person_id as person_id,
    case
        when upper(trim(clea_care_leaver_eligibility)) like 'FORMER RELEVANT%'
        then 'former relevant'
        when upper(trim(clea_care_leaver_eligibility)) like 'RELEVANT%'
        then 'relevant'
        when upper(trim(clea_care_leaver_eligibility)) like 'QUALIFYING%'
        then 'qualifying'
        when upper(trim(clea_care_leaver_eligibility)) like 'ELIGIBLE%'
        then 'eligible'
    end as eligibility,
    nullif(upper(trim(clea_care_leaver_in_touch)), '') as in_touch_code,
    cast(clea_care_leaver_latest_contact as date) as latest_contact_on,
    nullif(trim(clea_care_leaver_accom_suitable), '') as suitability_code,
    nullif(upper(trim(clea_care_leaver_activity)), '') as activity_code,
    -- Where the system holds the next review, it has not been held.
    case
        when cast(clea_pathway_plan_review_date as date) <= extract_as_at
        then cast(clea_pathway_plan_review_date as date)
    end as pathway_plan_reviewed_on,
    nullif(trim(clea_care_leaver_allocated_team), '') as team_id
from {{ source("ssd", "ssd_care_leavers") }}
