-- Which children are overdue by several clocks: visits, reviews, checks, plans?
-- Names children by their ids.
select
    units.person_id,
    any_value(teams.team_name) as team_name,
    count(units.measure_id) as overdue,
    string_agg(units.measure_id, ', ' order by units.measure_id) as clocks,
    min(units.due_on) as longest_overdue_since
from release.marts.measure_rows as units
left join release.marts.dim_team as teams on units.team_id = teams.team_id
where
    units.measure_id like '%up_to_date'
    and units.outcome = 'no'
    and units.reporting_month
    = (select max(reporting_month) from release.marts.dim_month)
group by units.person_id
having count(units.measure_id) > 1
order by overdue desc, longest_overdue_since, units.person_id
limit 50
