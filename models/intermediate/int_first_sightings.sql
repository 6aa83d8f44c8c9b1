-- One row per referral, with the first day from its date on which the child was seen,
-- in a visit or at the start of an assessment. A child not seen yet has no such day.
with
    sightings as (
        select person_id, visited_on as seen_on
        from {{ ref("int_visits") }}
        where is_child_seen
        union
        select person_id, started_on as seen_on
        from {{ ref("int_assessments") }}
        where is_child_seen
    )

select
    referrals.referral_id,
    sightings.seen_on as first_seen_on,
    seen.working_day_number - referred.working_day_number as working_days_until_seen
from {{ ref("int_referrals") }} as referrals
asof left join
    sightings
    on referrals.person_id = sightings.person_id
    and referrals.started_on <= sightings.seen_on
left join
    {{ ref("int_working_days") }} as referred on referrals.started_on = referred.day
left join {{ ref("int_working_days") }} as seen on sightings.seen_on = seen.day
