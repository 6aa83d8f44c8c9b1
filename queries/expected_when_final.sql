-- What are provisional figures expected to be once they are final, and in what range?
select
    measures.title,
    expected.statistic,
    expected.population,
    expected.reporting_month,
    figures.value as value_now,
    expected.expected_value,
    expected.range_lower,
    expected.range_upper,
    expected.range_share,
    expected.origin_months,
    months.month_end + maturity.final_after_days as final_on
from release.marts.measure_expected as expected
inner join
    release.marts.measure_results as figures
    on expected.measure_id = figures.measure_id
    and expected.statistic = figures.statistic
    and expected.population = figures.population
    and expected.reporting_month = figures.reporting_month
inner join
    release.marts.dim_measure as measures on expected.measure_id = measures.measure_id
inner join
    release.marts.measure_maturity as maturity
    on expected.measure_id = maturity.measure_id
inner join
    release.marts.dim_month as months
    on expected.reporting_month = months.reporting_month
order by measures.title, expected.population, expected.reporting_month
