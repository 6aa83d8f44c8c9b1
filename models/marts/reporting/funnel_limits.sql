-- One row per measure and number of units: between which percentages of the last month
-- chance alone would put a team of so many units, were it like the council.
-- Exact binomial limits, drawn through the steps between two counts (Spiegelhalter
-- 2005):
-- a team is beyond a limit just where a count like its own, or one further out, is
-- rarer.
with
    councils as (
        select measure_id, reporting_month, value / 100 as share
        from {{ ref("measure_signals") }}
        where
            statistic = 'percent'
            -- Without an interval, units weigh other than one each.
            and interval_lower is not null
            and reporting_month
            = (select max(reporting_month) from {{ ref("measure_signals") }})
            -- At nought or 100, every team has the council's figure.
            and value > 0
            and value < 100
    ),

    teams as (
        select distinct
            councils.measure_id,
            councils.reporting_month,
            councils.share,
            cast(teams.denominator as integer) as units
        from councils
        inner join
            {{ ref("measure_breakdowns") }} as teams
            on councils.measure_id = teams.measure_id
            and councils.reporting_month = teams.reporting_month
            and teams.dimension = 'team'
            and teams.member <> 'not recorded'
            and teams.statistic = 'percent'
            and teams.population = 'all'
            and teams.denominator > 0
    ),

    -- Besides the teams' sizes, others up to the largest, to draw the limits through.
    sizes as (
        select measure_id, reporting_month, share, units
        from teams
        union
        select
            largest.measure_id,
            largest.reporting_month,
            largest.share,
            cast(ceil(largest.units * power(steps.step / 24, 2)) as integer)
        from
            (
                select measure_id, reporting_month, share, max(units) as units
                from teams
                group by measure_id, reporting_month, share
            ) as largest
        cross join ({{ whole_numbers(1, 24, "step") }}) as steps
    ),

    counts as (select sizes.*, {{ each_whole_number(0, "units") }} as yes from sizes),

    likelihoods as (
        select
            counts.*,
            -- In logarithms, for the factorials; below -700 is as good as nought.
            exp(
                greatest(
                    units * ln(1 - share)
                    + yes * ln(share / (1 - share))
                    + sum(
                        case when yes = 0 then 0 else ln((units - yes + 1) / yes) end
                    ) over (partition by measure_id, units order by yes),
                    -700
                )
            ) as likelihood
        from counts
    ),

    tails as (
        select
            likelihoods.*,
            sum(likelihood) over (partition by measure_id, units order by yes) as as_few
        from likelihoods
    )

select
    measure_id,
    reporting_month,
    units,
    {{ binomial_limit("lower", 0.001) }} as lower_998,
    {{ binomial_limit("lower", 0.025) }} as lower_95,
    {{ binomial_limit("upper", 0.025) }} as upper_95,
    {{ binomial_limit("upper", 0.001) }} as upper_998
from tails
group by measure_id, reporting_month, units
