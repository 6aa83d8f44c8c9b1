-- One row per measure, statistic, population, year and kind of comparator: what others'
-- figure was, where it is comparable.
with
    figures as (select * from {{ ref("int_comparator_figures") }}),

    kinds as (
        select
            measure_id,
            statistic,
            population,
            year,
            case area_type when 'england' then 'England' else 'region' end as kind,
            area as described_as,
            value,
            1 as areas
        from figures
        where area_type in ('england', 'region')
        union all
        select
            measure_id,
            statistic,
            population,
            year,
            'statistical neighbours: mean',
            'Statistical neighbours, mean',
            avg(value),
            count(value)
        from figures
        where is_neighbour
        group by measure_id, statistic, population, year
        union all
        select
            measure_id,
            statistic,
            population,
            year,
            'statistical neighbours: median',
            'Statistical neighbours, median',
            median(value),
            count(value)
        from figures
        where is_neighbour
        group by measure_id, statistic, population, year
        union all
        select
            measure_id,
            statistic,
            population,
            year,
            unnest(
                [
                    'authorities: lower quartile',
                    'authorities: median',
                    'authorities: upper quartile'
                ]
            ),
            unnest(
                [
                    'A quarter of authorities are below',
                    'Half of authorities are below',
                    'A quarter of authorities are above'
                ]
            ),
            unnest(quantile_cont(value, [0.25, 0.5, 0.75])),
            count(value)
        from figures
        where area_type = 'authority'
        group by measure_id, statistic, population, year
        having count(value) >= 100
    )

select
    kinds.measure_id,
    kinds.statistic,
    kinds.population,
    kinds.year,
    described.covers,
    described.is_latest,
    kinds.kind,
    kinds.described_as,
    cast(kinds.value as double) as value,
    cast(kinds.areas as integer) as areas,
    described.comparability,
    described.note
from kinds
inner join
    (
        select distinct
            measure_id,
            statistic,
            population,
            year,
            covers,
            is_latest,
            comparability,
            note
        from figures
    ) as described
    on kinds.measure_id = described.measure_id
    and kinds.statistic = described.statistic
    and kinds.population = described.population
    and kinds.year = described.year
