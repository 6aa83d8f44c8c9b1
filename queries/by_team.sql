-- What is a measure's figure in each team this month, and the month before?
-- In order of name: teams serve different children, and this is no ranking.
select
    coalesce(teams.team_name, figures.member) as team_name,
    figures.numerator,
    figures.denominator,
    figures.value_shown,
    figures.value_before,
    figures.status
from
    (
        select
            *,
            lag(value_shown) over (
                partition by member order by reporting_month
            ) as value_before
        from release.marts.measure_breakdowns
        where
            measure_id = 'assessments_within_45_days'
            and statistic = 'percent'
            and population = 'all'
            and dimension = 'team'
    ) as figures
left join release.marts.dim_team as teams on figures.member = teams.team_id
where
    figures.reporting_month = (select max(reporting_month) from release.marts.dim_month)
order by team_name
