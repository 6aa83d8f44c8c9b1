-- How did a measure move over the scorecard's months; was any a signal?
select
    figures.reporting_month,
    figures.numerator,
    figures.denominator,
    figures.value_shown,
    figures.value - year_before.value as change_on_year,
    figures.status,
    signals.lower_limit,
    signals.upper_limit,
    signals.signal,
    signals.rule
from release.marts.measure_signals as signals
inner join
    release.marts.measure_results as figures
    on signals.measure_id = figures.measure_id
    and signals.statistic = figures.statistic
    and signals.reporting_month = figures.reporting_month
    and figures.population = 'all'
left join
    release.marts.measure_results as year_before
    on figures.measure_id = year_before.measure_id
    and figures.statistic = year_before.statistic
    and figures.population = year_before.population
    and figures.reporting_month = year_before.reporting_month + interval 1 year
where signals.measure_id = 'repeat_referrals' and signals.statistic = 'percent'
order by figures.reporting_month
