-- One row per measure, statistic and population that is compared, and month of the
-- scorecard: the place that our figure would have among all authorities.
-- Authorities publish a year: our flows are taken over 12 months, our stocks as they
-- are; one month of the 12 may have no figure, as August has none of schools.
with
    years as (
        select
            results.measure_id,
            results.statistic,
            results.population,
            results.reporting_month,
            -- A share of other units has no direction of its own.
            case
                when populations.share_of is null then measures.better else 'neither'
            end as better,
            case
                when measures.kind = 'stock'
                then results.value
                when count(results.value) over twelve < 11
                then null
                when results.statistic = 'percent'
                then
                    100
                    * sum(results.numerator) over twelve
                    / nullif(sum(results.denominator) over twelve, 0)
                else avg(results.value) over twelve
            end as value
        from {{ ref("measure_results") }} as results
        inner join
            {{ ref("dim_measure") }} as measures
            on results.measure_id = measures.measure_id
        left join
            {{ ref("dim_population") }} as populations
            on results.measure_id = populations.measure_id
            and results.population = populations.population
        window
            twelve as (
                partition by results.measure_id, results.statistic, results.population
                order by results.reporting_month
                rows between 11 preceding and current row
            )
    ),

    ranks as (
        select
            years.measure_id,
            years.statistic,
            years.population,
            years.reporting_month,
            years.value,
            authorities.year,
            authorities.covers,
            cast(count(authorities.value) as integer) as authorities,
            cast(
                1 + count(authorities.value) filter (
                    where
                        case
                            when years.better = 'lower'
                            then authorities.value < years.value
                            else authorities.value > years.value
                        end
                ) as integer
            ) as rank,
            case
                when years.better = 'neither' then 'highest' else 'best'
            end as rank_one_is
        from years
        inner join
            {{ ref("dim_month") }} as months
            on years.reporting_month = months.reporting_month
            and months.is_on_scorecard
        inner join
            {{ ref("int_comparator_figures") }} as authorities
            on years.measure_id = authorities.measure_id
            and years.statistic = authorities.statistic
            and years.population = authorities.population
            and authorities.is_latest
            and authorities.area_type = 'authority'
        where years.value is not null
        group by
            years.measure_id,
            years.statistic,
            years.population,
            years.reporting_month,
            years.value,
            years.better,
            authorities.year,
            authorities.covers
        having count(authorities.value) >= 100
    )

select
    measure_id,
    statistic,
    population,
    reporting_month,
    value,
    year,
    covers,
    authorities,
    rank,
    rank_one_is,
    cast(ceil(4.0 * rank / (authorities + 1)) as integer) as quartile
from ranks
