-- One row per measure, statistic and team: the team's figure of the last month beside
-- the council's, and whether chance alone explains the difference.
-- Only where there are teams to compare: two or more, that hold half of the units or
-- more.
-- A rate is left out: a team has no population of its own.
with
    figures as (
        select
            teams.measure_id,
            teams.statistic,
            teams.reporting_month,
            teams.member as team_id,
            teams.numerator,
            teams.denominator,
            teams.value,
            teams.value_shown,
            teams.status,
            council.value as council_value,
            council.value_shown as council_value_shown,
            council.numerator as council_numerator,
            council.denominator as council_denominator,
            signals.interval_lower is not null as has_limits,
            count(teams.member) over of_measure as teams,
            sum(coalesce(teams.denominator, teams.numerator)) over of_measure as units
        from {{ ref("measure_breakdowns") }} as teams
        inner join
            {{ ref("measure_results") }} as council
            on teams.measure_id = council.measure_id
            and teams.statistic = council.statistic
            and teams.reporting_month = council.reporting_month
            and teams.population = council.population
        inner join
            {{ ref("measure_signals") }} as signals
            on teams.measure_id = signals.measure_id
            and teams.statistic = signals.statistic
            and teams.reporting_month = signals.reporting_month
        where
            teams.dimension = 'team'
            and teams.member <> 'not recorded'
            and teams.population = 'all'
            and teams.statistic <> 'rate'
            and teams.reporting_month
            = (select max(reporting_month) from {{ ref("measure_signals") }})
            and coalesce(teams.denominator, teams.numerator) > 0
        window of_measure as (partition by teams.measure_id, teams.statistic)
    )

select
    figures.measure_id,
    figures.statistic,
    figures.reporting_month,
    figures.team_id,
    figures.numerator,
    figures.denominator,
    figures.value,
    figures.value_shown,
    figures.status,
    figures.council_numerator,
    figures.council_denominator,
    figures.council_value,
    figures.council_value_shown,
    limits.lower_998,
    limits.lower_95,
    limits.upper_95,
    limits.upper_998,
    case
        when figures.statistic <> 'percent' or not figures.has_limits
        then 'no limits'
        when round(figures.value, 6) < limits.lower_998
        then 'below 99.8%'
        when round(figures.value, 6) > limits.upper_998
        then 'above 99.8%'
        when round(figures.value, 6) < limits.lower_95
        then 'below 95%'
        when round(figures.value, 6) > limits.upper_95
        then 'above 95%'
        else 'within'
    end as signal,
    coalesce(
        figures.statistic in ('percent', 'ratio') and figures.denominator <= 20, false
    ) as is_small_denominator
from figures
left join
    {{ ref("funnel_limits") }} as limits
    on figures.measure_id = limits.measure_id
    and figures.reporting_month = limits.reporting_month
    and figures.statistic = 'percent'
    and figures.denominator = limits.units
where
    figures.teams >= 2
    and 2 * figures.units
    >= coalesce(figures.council_denominator, figures.council_numerator)
