-- One row per reporting month.
select
    reporting_month,
    month_end,
    as_at,
    extract(
        year from {{ months_before("reporting_month", 3) }}
    ) as financial_year_starting,
    reporting_month
    > {{ months_before("max(reporting_month) over ()", var("scorecard_months")) }}
    as is_on_scorecard
from {{ ref("int_months") }}
