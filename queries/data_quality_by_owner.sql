-- Which checks of the data found something, and who puts it right?
select
    owner,
    title,
    severity,
    rows_tested,
    rows_failed,
    100.0 * rows_failed / nullif(rows_tested, 0) as percent_failed,
    consequence
from release.marts.check_results
where rows_failed > 0
order by owner, percent_failed desc, title
