-- Which measures worsened in the last month that can be judged, by which rule?
select
    measures.section,
    measures.title,
    signals.statistic,
    signals.reporting_month,
    signals.value,
    signals.mean,
    signals.lower_limit,
    signals.upper_limit,
    signals.rule
from release.marts.measure_signals as signals
inner join
    release.marts.dim_measure as measures on signals.measure_id = measures.measure_id
where signals.status = 'final'
qualify
    signals.reporting_month = max(signals.reporting_month) over (
        partition by signals.measure_id, signals.statistic
    )
    and signals.signal = 'worsening'
order by measures.section, measures.title
