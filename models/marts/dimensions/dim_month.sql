-- One row per reporting month.
select
    months.reporting_month,
    months.month_end,
    months.as_at,
    states.state_as_at,
    extract(
        year from {{ months_before("months.reporting_month", 3) }}
    ) as financial_year_starting,
    months.reporting_month
    > {{
        months_before(
            "max(months.reporting_month) over ()", var("scorecard_months")
        )
    }} as is_on_scorecard
from {{ ref("int_months") }} as months
left join
    (
        select reporting_month, max(extract_as_at) as state_as_at
        from {{ ref("int_care_leavers_at_month_end") }}
        group by reporting_month
    ) as states
    on months.reporting_month = states.reporting_month
