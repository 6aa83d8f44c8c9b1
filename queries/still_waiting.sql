-- Which section 47 enquiries still wait for a conference, and since when?
-- Names children by their ids.
-- Overdue on the day the extract was taken.
select
    enquiries.unit_id,
    enquiries.person_id,
    teams.team_name,
    enquiries.counted_on as completed_on,
    enquiries.due_on,
    greatest(date_diff('day', enquiries.due_on, months.as_at), 0) as days_overdue
from release.marts.fct_s47_to_icpc as enquiries
inner join
    release.marts.dim_month as months
    on enquiries.reporting_month = months.reporting_month
left join release.marts.dim_team as teams on enquiries.team_id = teams.team_id
where enquiries.outcome = 'pending'
order by enquiries.due_on, enquiries.unit_id
