-- One row per month and care leaver on record, in the state that was recorded then, and
-- why those who are not counted are left out.
with
    -- The newest extract of the month after; else the first after that; else the
    -- newest.
    extracts as (
        select months.reporting_month, months.month_end, extracts.extract_as_at
        from {{ ref("int_months") }} as months
        cross join
            (
                select distinct extract_as_at from {{ ref("stg_ssd__care_leavers") }}
            ) as extracts
        qualify
            row_number() over (
                partition by months.reporting_month
                order by
                    case
                        when extracts.extract_as_at <= months.month_end
                        then 3
                        when
                            extracts.extract_as_at
                            > {{ month_end(months_after("months.reporting_month", 1)) }}
                        then 2
                        else 1
                    end,
                    case
                        when
                            extracts.extract_as_at
                            > {{ month_end(months_after("months.reporting_month", 1)) }}
                        then extracts.extract_as_at
                    end,
                    extracts.extract_as_at desc
            )
            = 1
    ),

    care_leavers as (
        select
            extracts.reporting_month,
            extracts.month_end,
            records.*,
            {{ age_on("people.born_on", "extracts.month_end") }} as age
        from extracts
        inner join
            {{ ref("stg_ssd__care_leavers") }} as records
            on extracts.extract_as_at = records.extract_as_at
        left join
            {{ ref("int_people") }} as people on records.person_id = people.person_id
        qualify
            row_number() over (
                partition by extracts.reporting_month, records.person_id
                order by
                    records.latest_contact_on desc nulls last,
                    records.care_leaver_id desc
            )
            = 1
    )

select
    care_leavers.*,
    regexp_matches(
        care_leavers.activity_code, '^[FP][1-5]$'
    ) as is_in_education_employment_or_training,
    case
        when care_leavers.age between 17 and 18
        then 'aged 17-18'
        when care_leavers.age between 19 and 21
        then 'aged 19-21'
        when care_leavers.age between 22 and 25
        then 'aged 22-25'
    end as age_band,
    case
        when care_leavers.in_touch_code = 'DIED'
        then 'died'
        when care_leavers.in_touch_code = 'RHOM'
        then 'returned home'
        when looked_after.person_id is not null
        then 'looked after'
        when care_leavers.age is null
        then 'date of birth not recorded'
        when care_leavers.age not between 17 and 25
        then 'not aged 17 to 25'
    end as left_out_reason
from care_leavers
left join
    {{ ref("int_looked_after_at_month_end") }} as looked_after
    on care_leavers.reporting_month = looked_after.reporting_month
    and care_leavers.person_id = looked_after.person_id
