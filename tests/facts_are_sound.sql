-- One row per measure, month and rule of the fact contract that some unit breaks.
with
    units as (
        select
            measure_rows.*,
            measures.kind,
            measures.matures_after_days,
            months.month_end,
            count(measure_rows.measure_id) over (
                partition by
                    measure_rows.measure_id,
                    measure_rows.reporting_month,
                    measure_rows.unit_id
            ) as rows_of_the_unit
        from {{ ref("measure_rows") }} as measure_rows
        left join
            {{ ref("measures") }} as measures
            on measure_rows.measure_id = measures.measure_id
            and measures.status = 'live'
        left join
            {{ ref("int_months") }} as months
            on measure_rows.reporting_month = months.reporting_month
    ),

    problems as (
        select
            measure_id,
            reporting_month,
            unnest(
                [
                    case when kind is null then 'measure is not live' end,
                    case when month_end is null then 'month is not reported' end,
                    case when unit_id is null then 'no unit' end,
                    case when rows_of_the_unit > 1 then 'unit is there twice' end,
                    case
                        when
                            outcome is null
                            or outcome not in ('yes', 'no', 'pending', 'excluded')
                        then 'unknown outcome'
                    end,
                    -- A review may stay undecided for as long as it likes.
                    case
                        when
                            outcome = 'pending'
                            and matures_after_days = 0
                            and measure_id <> 'exclusion_reviews'
                        then 'pending in a measure that does not mature'
                    end,
                    case when coalesce(reason, '') = '' then 'no reason' end,
                    case
                        when weight is null or weight < 0
                        then 'no weight or below nought'
                    end,
                    case when populations is null then 'no list of populations' end,
                    case
                        when
                            counted_on is null
                            or {{ month_of("counted_on") }} <> reporting_month
                        then 'counted in another month'
                    end,
                    case
                        when kind = 'stock' and counted_on <> month_end
                        then 'not counted at the month end'
                    end,
                    case
                        when source_table is null or source_id is null
                        then 'no source row'
                    end
                ]
            ) as problem
        from units
    )

select measure_id, reporting_month, problem, count(problem) as units
from problems
where problem is not null
group by measure_id, reporting_month, problem
union all
select
    named.measure_id,
    named.reporting_month,
    'population is not declared' as problem,
    count(named.population) as units
from
    (
        select measure_id, reporting_month, unnest(populations) as population
        from {{ ref("measure_rows") }}
        where len(populations) > 0
    ) as named
left join
    {{ ref("populations") }} as populations
    on named.measure_id = populations.measure_id
    and named.population = populations.population
-- Audits are grouped by the services that the data name.
where populations.population is null and named.measure_id not like 'audits_%'
group by named.measure_id, named.reporting_month
