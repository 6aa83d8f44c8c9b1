-- Which of this month's figures are provisional, and until when?
select
    measures.title,
    figures.statistic,
    figures.population,
    figures.value_shown,
    waiting.units as waiting,
    months.month_end + maturity.final_after_days as final_on
from release.marts.measure_results as figures
inner join
    release.marts.dim_measure as measures on figures.measure_id = measures.measure_id
inner join
    release.marts.measure_maturity as maturity
    on figures.measure_id = maturity.measure_id
inner join
    release.marts.dim_month as months
    on figures.reporting_month = months.reporting_month
left join
    (
        select measure_id, reporting_month, count(unit_id) as units
        from release.marts.measure_rows
        where outcome = 'pending'
        group by measure_id, reporting_month
    ) as waiting
    on figures.measure_id = waiting.measure_id
    and figures.reporting_month = waiting.reporting_month
    and figures.population = 'all'
where
    figures.status = 'provisional'
    and figures.reporting_month
    = (select max(reporting_month) from release.marts.dim_month)
order by final_on, measures.title, figures.population
