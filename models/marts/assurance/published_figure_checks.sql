-- One row per figure that was published before: what was printed beside what this
-- build gives.
-- The figure belongs to the extract of as_at; compare it with a build from that
-- extract.
with
    figures as (
        select
            published.*,
            measures.status as measure_status,
            date_diff('month', first_month, last_month) + 1 as months_asked
        from {{ ref("published_figures") }} as published
        left join
            {{ ref("measures") }} as measures
            on published.measure_id = measures.measure_id
    ),

    -- Percentages are pooled; counts are summed, or meant where the mean was printed;
    -- rates are the mean of the monthly rates.
    ours as (
        select
            figures.figure,
            count(results.reporting_month) as months_found,
            sum(results.numerator) as numerator,
            sum(results.denominator) as denominator,
            case
                when figures.statistic in ('percent', 'ratio')
                then 100 * sum(results.numerator) / nullif(sum(results.denominator), 0)
                when figures.months_combined_by = 'sum'
                then sum(results.value)
                else avg(results.value)
            end as value
        from figures
        inner join
            {{ ref("measure_results") }} as results
            on figures.measure_id = results.measure_id
            and figures.statistic = results.statistic
            and figures.population = results.population
            and results.reporting_month
            between figures.first_month and figures.last_month
        group by figures.figure, figures.statistic, figures.months_combined_by
    ),

    side_by_side as (
        select
            figures.*,
            extract.as_at as extract_as_at,
            ours.value as our_value,
            round(ours.value * power(10, figures.decimals))
            / power(10, figures.decimals) as our_value_shown,
            ours.numerator as our_numerator,
            ours.denominator as our_denominator,
            case
                when figures.last_month is null
                then 'no period is stated'
                when figures.measure_status = 'planned'
                then 'the measure is planned'
                when ours.months_found is null
                then 'no such figure is made'
                when ours.months_found < figures.months_asked
                then 'some of its months are not held'
            end as why_not
        from figures
        cross join {{ source("landing", "extract") }} as extract
        left join ours on figures.figure = ours.figure
    ),

    compared as (
        select
            side_by_side.*,
            case
                when why_not = 'the measure is planned'
                then 'not yet built'
                when why_not is not null
                then 'not reproducible'
                when
                    our_value_shown = value
                    and coalesce(numerator = round(our_numerator), true)
                    and coalesce(denominator = round(our_denominator), true)
                then 'agrees'
                else 'disagrees'
            end as comparison,
            case
                when
                    statistic in ('percent', 'ratio')
                    and round(100 * numerator / denominator * power(10, decimals))
                    <> round(value * power(10, decimals))
                then
                    round(100 * numerator / denominator * power(10, decimals))
                    / power(10, decimals)
            end as own_counts_give,
            -- A month's count and rate are one fact: both are told as counts.
            case
                when statistic in ('count', 'rate') and months_asked = 1
                then 'count'
                else statistic || coalesce(months_combined_by, '')
            end as fact,
            case
                when statistic = 'rate' and months_asked = 1
                then coalesce(numerator, value * our_numerator / our_value)
                else value
            end as stated,
            case
                when statistic = 'count' or (fact = 'count' and numerator is not null)
                then 0
                when fact = 'count'
                then 0.5 / power(10, decimals) * our_numerator / our_value
                else 0.5 / power(10, decimals)
            end as rounded_by
        from side_by_side
    ),

    -- Two figures for one fact that no rounding reconciles, of which ours is the other.
    contradictions as (
        select
            compared.figure,
            string_agg(other.figure, ', ' order by other.figure) as contradicted_by
        from compared
        inner join
            compared as other
            on compared.measure_id = other.measure_id
            and compared.fact = other.fact
            and compared.population = other.population
            and compared.first_month = other.first_month
            and compared.last_month = other.last_month
            and compared.as_at = other.as_at
        where
            compared.comparison = 'disagrees'
            and other.comparison = 'agrees'
            and (
                (
                    compared.stated <> other.stated
                    and abs(compared.stated - other.stated)
                    >= compared.rounded_by + other.rounded_by - 1e-9
                )
                or compared.numerator <> other.numerator
                or compared.denominator <> other.denominator
            )
        group by compared.figure
    )

select
    compared.figure,
    compared.measure_id,
    compared.statistic,
    compared.first_month,
    compared.last_month,
    compared.months_combined_by,
    compared.population,
    compared.as_at,
    compared.extract_as_at,
    compared.value,
    compared.numerator,
    compared.denominator,
    compared.decimals,
    compared.source,
    compared.role,
    compared.reading,
    compared.our_value,
    compared.our_value_shown,
    compared.our_numerator,
    compared.our_denominator,
    compared.comparison,
    compared.why_not,
    compared.own_counts_give,
    contradictions.contradicted_by
from compared
left join contradictions on compared.figure = contradictions.figure
