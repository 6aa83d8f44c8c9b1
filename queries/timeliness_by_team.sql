-- How late is what is late, by team: assessments, visits, reviews, plans?
select
    measures.title,
    coalesce(teams.team_name, 'not recorded') as team_name,
    count(units.unit_id) as units,
    count(units.unit_id) filter (where units.outcome = 'yes') as in_time,
    count(units.unit_id) filter (where units.met_on > units.due_on) as late,
    median(date_diff('day', units.due_on, units.met_on)) filter (
        where units.met_on > units.due_on
    ) as median_days_late,
    count(units.unit_id) filter (
        where units.met_on is null and units.outcome = 'no'
    ) as not_done
from release.marts.measure_rows as units
inner join
    release.marts.dim_measure as measures on units.measure_id = measures.measure_id
left join release.marts.dim_team as teams on units.team_id = teams.team_id
where
    units.due_on is not null
    and units.outcome <> 'excluded'
    and measures.statistics like '%percent%'
    and units.reporting_month
    = (select max(reporting_month) from release.marts.dim_month)
group by measures.title, teams.team_name
order by measures.title, team_name
