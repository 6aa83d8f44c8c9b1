-- How far do figures move between their first publication and the one that is final?
select
    measures.title,
    moved.statistic,
    count(moved.reporting_month) as months,
    median(moved.final_value - moved.first_value) as median_change,
    max(abs(moved.final_value - moved.first_value)) as largest_change,
    count(moved.reporting_month) filter (
        where moved.final_value <> moved.first_value
    ) as months_that_moved
from
    (
        select
            measure_id,
            statistic,
            reporting_month,
            arg_min(value, (as_at, release)) as first_value,
            arg_max(value, (as_at, release)) as final_value,
            arg_max(status, (as_at, release)) as last_status,
            count(release) as releases
        from release.marts.measure_vintages
        where population = 'all'
        group by measure_id, statistic, reporting_month
    ) as moved
inner join
    release.marts.dim_measure as measures on moved.measure_id = measures.measure_id
where moved.releases > 1 and moved.last_status = 'final'
group by measures.title, moved.statistic
order by largest_change desc nulls last, measures.title
limit 50
