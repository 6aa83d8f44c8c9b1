-- How do we stand beside England, neighbours and other authorities?
select
    measures.title,
    ranks.statistic,
    ranks.value as our_value,
    ranks.covers,
    max(others.value) filter (where others.kind = 'England') as england,
    max(others.value) filter (
        where others.kind = 'statistical neighbours: mean'
    ) as neighbours,
    ranks.quartile,
    ranks.rank,
    ranks.authorities,
    any_value(others.comparability) as comparability
from release.marts.comparator_ranks as ranks
inner join
    release.marts.dim_measure as measures on ranks.measure_id = measures.measure_id
inner join
    release.marts.comparators as others
    on ranks.measure_id = others.measure_id
    and ranks.statistic = others.statistic
    and ranks.population = others.population
    and others.is_latest
where
    ranks.population = 'all'
    and ranks.reporting_month
    = (select max(reporting_month) from release.marts.dim_month)
group by all
order by ranks.quartile desc, measures.title
