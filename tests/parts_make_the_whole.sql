-- One row per measure, month and part that does not make up its whole: age bands, the
-- two sides of a boundary, accommodation entered and left, and need plans rolled
-- forward.
with
    counts as (
        select
            reporting_month,
            measure_id,
            population,
            max(numerator) as numerator,
            max(denominator) as denominator
        from {{ ref("measure_results") }}
        where statistic in ('count', 'percent')
        group by reporting_month, measure_id, population
    ),

    wholes as (
        select
            reporting_month,
            measure_id,
            max(numerator) filter (where population = 'all') as numerator,
            max(denominator) filter (where population = 'all') as denominator,
            sum(numerator) filter (
                where population like 'aged %'
            ) as numerator_of_bands,
            sum(denominator) filter (
                where population like 'aged %'
            ) as denominator_of_bands,
            max(numerator) filter (
                where population in ('out of county', 'no dentist check')
            ) as numerator_of_complement,
            max(numerator) filter (where population = 'entered') as entered,
            max(numerator) filter (where population = 'left') as left_unsuitable,
            max(numerator) filter (where population = 'remained') as remained,
            max(numerator) filter (
                where population = 'in unsuitable accommodation'
            ) as unsuitable,
            lag(
                max(numerator) filter (where population = 'in unsuitable accommodation')
            ) over (partition by measure_id order by reporting_month)
            as unsuitable_before,
            row_number() over (
                partition by measure_id order by reporting_month
            ) as month_number
        from counts
        group by reporting_month, measure_id
    ),

    need_plans as (
        select
            reporting_month,
            max(numerator) filter (where measure_id = 'cin_plans') as plans,
            lag(max(numerator) filter (where measure_id = 'cin_plans')) over (
                order by reporting_month
            ) as plans_before,
            max(numerator) filter (where measure_id = 'cin_plan_starts') as starts,
            max(numerator) filter (where measure_id = 'cin_plan_ends') as ends
        from counts
        where population = 'all'
        group by reporting_month
    )

select measure_id, reporting_month, 'age bands' as part
from wholes
where
    numerator_of_bands is not null
    and (
        numerator_of_bands <> numerator
        or coalesce(denominator_of_bands <> denominator, false)
    )
union all
select measure_id, reporting_month, 'complement' as part
from wholes
where numerator + numerator_of_complement <> denominator
union all
select measure_id, reporting_month, 'in unsuitable accommodation' as part
from wholes
where unsuitable <> entered + remained or numerator <> unsuitable + left_unsuitable
union all
-- Nothing is known of the month before the first.
select measure_id, reporting_month, 'in unsuitable accommodation before' as part
from wholes
where month_number > 2 and unsuitable_before <> remained + left_unsuitable
union all
select 'cin_plans' as measure_id, reporting_month, 'starts and ends' as part
from need_plans
where plans_before + starts - ends <> plans
