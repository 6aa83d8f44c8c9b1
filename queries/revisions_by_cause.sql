-- What moved since the release before, and from what causes?
select
    cause,
    count(distinct measure_id) as measures,
    count(distinct(measure_id, statistic, reporting_month, population)) as figures,
    sum(units) as units,
    sum(numerator_change) as numerator_change,
    max(abs(value_after - value_before)) as largest_change_of_value
from release.marts.measure_revisions
where statistic in ('count', 'percent')
group by cause
order by figures desc, cause
