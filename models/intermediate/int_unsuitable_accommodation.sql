-- One row per month and care leaver in unsuitable accommodation at the month's end, at
-- the end of the month before, or at both.
with
    unsuitable as (
        select reporting_month, person_id, team_id, care_leaver_id
        from {{ ref("int_care_leavers_at_month_end") }}
        where left_out_reason is null and suitability_code = '2'
    ),

    in_either_month as (
        select
            reporting_month,
            person_id,
            team_id,
            care_leaver_id,
            true as is_unsuitable,
            false as was_unsuitable
        from unsuitable
        union all
        select
            {{ months_after("reporting_month", 1) }} as reporting_month,
            person_id,
            team_id,
            care_leaver_id,
            false as is_unsuitable,
            true as was_unsuitable
        from unsuitable
    )

select
    in_either_month.reporting_month,
    months.month_end,
    in_either_month.person_id,
    case
        when not bool_or(in_either_month.was_unsuitable)
        then 'entered'
        when not bool_or(in_either_month.is_unsuitable)
        then 'left'
        else 'remained'
    end as change,
    max_by(in_either_month.team_id, in_either_month.is_unsuitable) as team_id,
    max_by(
        in_either_month.care_leaver_id, in_either_month.is_unsuitable
    ) as care_leaver_id
from in_either_month
inner join
    {{ ref("int_months") }} as months
    on in_either_month.reporting_month = months.reporting_month
-- Before the first month nothing is known, so nobody can have entered in it.
inner join
    {{ ref("int_months") }} as months_before
    on {{ months_before("in_either_month.reporting_month", 1) }}
    = months_before.reporting_month
group by in_either_month.reporting_month, months.month_end, in_either_month.person_id
