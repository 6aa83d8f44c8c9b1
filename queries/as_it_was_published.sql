-- How was the last month's figure given in each release that was published?
select
    release,
    as_at,
    numerator,
    denominator,
    value,
    status,
    value - lag(value) over (order by as_at, release) as change_on_release_before
from release.marts.measure_vintages
where
    measure_id = 's47_to_icpc'
    and statistic = 'percent'
    and population = 'all'
    and reporting_month = (select max(reporting_month) from release.marts.dim_month)
order by as_at, release
