-- One row per measure, month and rule of the fact contract that some unit breaks.
with
    broken_rules as (
        select
            units.measure_id,
            units.reporting_month,
            count(units.outcome) - count(distinct units.unit_id) as not_unique,
            count_if(
                coalesce(units.outcome, '') not in ('yes', 'no', 'pending', 'excluded')
            ) as unknown_outcome,
            count_if(coalesce(units.reason, '') = '') as no_reason,
            count_if(coalesce(units.weight, -1) < 0) as no_weight,
            count_if(units.populations is null) as no_populations,
            count_if(
                units.source_table is null or units.source_id is null
            ) as no_source_row,
            count_if(
                coalesce(
                    {{ month_of("units.counted_on") }} <> units.reporting_month, true
                )
            ) as counted_in_another_month,
            count_if(
                measures.kind = 'stock' and units.counted_on <> months.month_end
            ) as not_counted_at_month_end,
            -- A review may stay undecided for as long as it likes.
            count_if(
                units.outcome = 'pending'
                and measures.matures_after_days = 0
                and units.measure_id <> 'exclusion_reviews'
            ) as pending_but_never_matures,
            count_if(measures.measure_id is null) as measure_not_live,
            count_if(months.reporting_month is null) as month_not_reported
        from {{ ref("measure_rows") }} as units
        left join
            {{ ref("measures") }} as measures
            on units.measure_id = measures.measure_id
            and measures.status = 'live'
        left join
            {{ ref("int_months") }} as months
            on units.reporting_month = months.reporting_month
        group by units.measure_id, units.reporting_month
    ),

    undeclared_populations as (
        select named.measure_id, named.reporting_month, count(named.population) as units
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
    )

select measure_id, reporting_month, problem, units
from
    broken_rules
    unpivot (units for problem in (* exclude (measure_id, reporting_month)))
where units <> 0
union all
select measure_id, reporting_month, 'undeclared_population' as problem, units
from undeclared_populations
