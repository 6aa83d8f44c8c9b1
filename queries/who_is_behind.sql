-- Who is behind a figure: which units count or not, why, by which source rows?
-- Names children by their ids.
-- For another figure, change the measure's id and the month.
select
    units.outcome,
    units.reason,
    units.unit_id,
    units.person_id,
    teams.team_name,
    units.counted_on,
    units.due_on,
    units.met_on,
    units.source_table,
    units.source_id
from release.marts.measure_rows as units
left join release.marts.dim_team as teams on units.team_id = teams.team_id
where
    units.measure_id = 's47_to_icpc'
    and units.reporting_month
    = (select max(reporting_month) from release.marts.dim_month)
order by units.outcome desc, units.counted_on, units.unit_id
