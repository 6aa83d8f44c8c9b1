-- One row per reporting month, pupil and part of the possible half-day sessions
-- (attended, missed with and without authority), and one for the pupil. A part without
-- a session has no row.
with
    attendance as (
        select
            {{ month_of("attended_in") }} as reporting_month,
            pupil_id,
            max(person_id) as person_id,
            sum(possible_sessions) as possible_sessions,
            sum(authorised_absences) as authorised_absences,
            sum(unauthorised_absences) as unauthorised_absences,
            sum(authorised_absences + unauthorised_absences) as sessions_missed
        from {{ ref("stg_local__attendance") }}
        group by {{ month_of("attended_in") }}, pupil_id
    ),

    parts as (
        select
            attendance.*,
            unnest(
                ['attended', 'authorised absence', 'unauthorised absence', 'pupil']
            ) as part
        from attendance
    ),

    weighed as (
        select
            parts.*,
            case
                part
                when 'attended'
                then possible_sessions - sessions_missed
                when 'authorised absence'
                then authorised_absences
                when 'unauthorised absence'
                then unauthorised_absences
                else 1
            end as weight,
            case
                when part <> 'pupil'
                then part
                when sessions_missed * 2 >= possible_sessions
                then 'missed 50% or more'
                when sessions_missed * 10 >= possible_sessions
                then 'missed 10% or more'
                else 'missed fewer than 10%'
            end as absence_band,
            case
                when coalesce(possible_sessions, 0) = 0
                then 'no possible session'
                when sessions_missed > possible_sessions
                then 'more sessions missed than possible'
            end as left_out_reason
        from parts
    )

select
    months.reporting_month,
    months.month_end,
    weighed.pupil_id,
    weighed.person_id,
    statuses.team_id,
    coalesce(statuses.care_status, 'other') as care_status,
    weighed.part,
    weighed.weight,
    weighed.absence_band,
    weighed.left_out_reason
from weighed
inner join
    {{ ref("int_months") }} as months
    on weighed.reporting_month = months.reporting_month
left join
    {{ ref("int_care_statuses_at_month_end") }} as statuses
    on weighed.reporting_month = statuses.reporting_month
    and weighed.person_id = statuses.person_id
where weighed.weight > 0
