-- One row per measure, statistic, month, population and member of a breakdown: every
-- figure, made once.
-- measure_results and measure_breakdowns are its two halves, and what is published.
{{ config(database=target.database, schema="intermediate") }}

with
    -- The months of each financial year that is reported from its first month.
    financial_years as (
        select
            reporting_month,
            extract(year from {{ months_before("reporting_month", 3) }}) as year_started
        from {{ ref("int_months") }}
        qualify
            extract(
                month
                from
                    min(reporting_month) over (
                        partition by
                            extract(year from {{ months_before("reporting_month", 3) }})
                    )
            )
            = 4
    ),

    units as (
        select
            measure_id,
            reporting_month,
            person_id,
            team_id,
            outcome,
            weight,
            amount,
            counted_on,
            'all' as population
        from {{ ref("measure_rows") }} as all_rows
        where
            outcome <> 'excluded'
            and list_has_any(
                populations,
                (
                    select coalesce(list(apart.population), [])
                    from {{ ref("populations") }} as apart
                    where apart.measure_id = all_rows.measure_id and not apart.is_in_all
                )
            )
            is not true
        union all
        select
            measure_id,
            reporting_month,
            person_id,
            team_id,
            outcome,
            weight,
            amount,
            counted_on,
            unnest(populations)
        from {{ ref("measure_rows") }}
        where outcome <> 'excluded' and len(populations) > 0
        union all
        -- The year to date: each unit again in every later month of its year.
        select
            rows_to_date.measure_id,
            months.reporting_month,
            rows_to_date.person_id,
            rows_to_date.team_id,
            rows_to_date.outcome,
            rows_to_date.weight,
            rows_to_date.amount,
            rows_to_date.counted_on,
            populations.population
        from {{ ref("measure_rows") }} as rows_to_date
        inner join
            {{ ref("populations") }} as populations
            on rows_to_date.measure_id = populations.measure_id
            and populations.population = 'financial year to date'
        inner join
            financial_years
            on rows_to_date.reporting_month = financial_years.reporting_month
        inner join
            financial_years as months
            on financial_years.year_started = months.year_started
            and financial_years.reporting_month <= months.reporting_month
        where rows_to_date.outcome <> 'excluded'
    ),

    described_units as (
        select
            units.*,
            coalesce(units.team_id, 'not recorded') as team,
            case
                when people.born_on is null
                then 'not recorded'
                when people.born_on > units.counted_on
                then 'unborn'
                when {{ age_on("people.born_on", "units.counted_on") }} < 1
                then 'under 1'
                when {{ age_on("people.born_on", "units.counted_on") }} < 5
                then '1 to 4'
                when {{ age_on("people.born_on", "units.counted_on") }} < 10
                then '5 to 9'
                when {{ age_on("people.born_on", "units.counted_on") }} < 16
                then '10 to 15'
                when {{ age_on("people.born_on", "units.counted_on") }} < 18
                then '16 to 17'
                else '18 and over'
            end as age_band,
            coalesce(people.sex, 'not recorded') as sex,
            coalesce(people.ethnicity, 'not recorded') as ethnicity
        from units
        left join
            {{ ref("dim_person") }} as people on units.person_id = people.person_id
    ),

    totals as (
        select
            measure_id,
            reporting_month,
            population,
            case
                when grouping(team) = 0
                then 'team'
                when grouping(age_band) = 0
                then 'age_band'
                when grouping(sex) = 0
                then 'sex'
                when grouping(ethnicity) = 0
                then 'ethnicity'
                else 'all'
            end as dimension,
            coalesce(team, age_band, sex, ethnicity, 'all') as member,
            coalesce(sum(weight) filter (where outcome = 'yes'), 0) as yes_weight,
            coalesce(
                sum(weight) filter (where outcome <> 'pending'), 0
            ) as decided_weight,
            sum(weight) as weight,
            sum(amount) as amount,
            median(amount) as median_amount
        from described_units
        group by
            grouping sets (
                (measure_id, reporting_month, population),
                (measure_id, reporting_month, population, team),
                (measure_id, reporting_month, population, age_band),
                (measure_id, reporting_month, population, sex),
                (measure_id, reporting_month, population, ethnicity)
            )
    ),

    named_populations as (
        select measure_id, 'all' as population
        from {{ ref("measures") }}
        union
        select measure_id, population
        from {{ ref("populations") }}
        union
        select measure_id, population
        from totals
    ),

    -- A month in which nothing was counted is a nought, not a gap. A population that
    -- is a share of another is that other's rows, with its own weight as the part.
    filled_totals as (
        select
            measures.measure_id,
            measures.kind,
            measures.decimals,
            measures.version as definition_version,
            maturity.final_after_days,
            unnest(
                string_split(
                    coalesce(populations.statistics, measures.statistics), '; '
                )
            ) as statistic,
            months.reporting_month,
            months.month_end,
            months.as_at,
            named_populations.population,
            coalesce(totals.dimension, 'all') as dimension,
            coalesce(totals.member, 'all') as member,
            coalesce(
                case
                    when populations.share_of is null
                    then totals.yes_weight
                    else shares.weight
                end,
                0
            ) as yes_weight,
            coalesce(totals.decided_weight, 0) as decided_weight,
            coalesce(totals.weight, 0) as weight,
            totals.amount,
            totals.median_amount
        from named_populations
        inner join
            {{ ref("measures") }} as measures
            on named_populations.measure_id = measures.measure_id
        inner join
            {{ ref("measure_maturity") }} as maturity
            on named_populations.measure_id = maturity.measure_id
        cross join {{ ref("int_months") }} as months
        left join
            {{ ref("populations") }} as populations
            on named_populations.measure_id = populations.measure_id
            and named_populations.population = populations.population
        left join
            totals
            on named_populations.measure_id = totals.measure_id
            and coalesce(populations.share_of, named_populations.population)
            = totals.population
            and months.reporting_month = totals.reporting_month
        left join
            totals as shares
            on named_populations.measure_id = shares.measure_id
            and named_populations.population = shares.population
            and months.reporting_month = shares.reporting_month
            and totals.dimension = shares.dimension
            and totals.member = shares.member
        where
            measures.status = 'live'
            and (
                named_populations.population <> 'financial year to date'
                or months.reporting_month
                in (select reporting_month from financial_years)
            )
    ),

    parts as (
        select
            filled_totals.*,
            case
                when statistic = 'sum'
                then coalesce(amount, 0)
                when statistic in ('mean', 'ratio')
                then amount
                when statistic = 'median'
                then median_amount
                else yes_weight
            end as numerator,
            case
                when statistic in ('percent', 'ratio')
                then weight
                when statistic = 'mean'
                then decided_weight
                when statistic = 'rate'
                then children.children
            end as denominator,
            case
                when statistic in ('percent', 'ratio')
                then 100
                when statistic = 'rate' and kind = 'flow'
                then 12 * 10000
                when statistic = 'rate'
                then 10000
                else 1
            end as multiplier
        from filled_totals
        asof left join
            {{ ref("child_population") }} as children
            on filled_totals.month_end >= children.valid_from
    ),

    fractions as (
        select
            parts.*,
            multiplier * numerator as dividend,
            case
                when statistic in ('count', 'sum', 'median')
                then 1
                else nullif(denominator, 0)
            end as divisor
        from parts
    )

select
    measure_id,
    statistic,
    reporting_month,
    population,
    dimension,
    member,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(dividend / divisor as double) as value,
    -- Rounded half away from zero, once: scaled before the only division.
    cast(
        round(dividend * power(10, decimals) / divisor) / power(10, decimals) as double
    ) as value_shown,
    case
        when as_at >= month_end + final_after_days then 'final' else 'provisional'
    end as status,
    definition_version
from fractions
