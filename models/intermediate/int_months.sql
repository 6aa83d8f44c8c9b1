-- One row per reporting month: the last is the extract's reporting month.
select
    cast(month_start as date) as reporting_month,
    {{ month_end("month_start") }} as month_end,
    extract.as_at
from
    (
        select
            as_at,
            unnest(
                generate_series(
                    {{ months_before("reporting_month", var("months") | int - 1) }},
                    reporting_month,
                    interval 1 month
                )
            ) as month_start
        from {{ source("landing", "extract") }}
    ) as extract
