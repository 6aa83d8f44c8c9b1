-- One row per measure, statistic and month of the scorecard: what the month's figure
-- tells, beyond the variation that the months always have (XmR).
-- Only final months are judged, and only they make the limits; a month is judged by
-- what was known then: the months up to it.
with
    figures as (
        select
            results.measure_id,
            results.statistic,
            results.reporting_month,
            results.numerator,
            results.denominator,
            results.value,
            results.status,
            -- A count grows with what it is a share of: only the share can be better.
            case
                when
                    results.statistic = 'count' and measures.statistics like '%percent%'
                then 'neither'
                else measures.better
            end as better,
            case
                when results.statistic = 'count'
                then 1
                when results.statistic = 'rate' and measures.kind = 'flow'
                then 12 * 10000 / results.denominator
                when results.statistic = 'rate'
                then 10000 / results.denominator
            end as value_of_one,
            weights.is_one_each
        from {{ ref("measure_results") }} as results
        inner join
            {{ ref("dim_measure") }} as measures
            on results.measure_id = measures.measure_id
        inner join
            {{ ref("dim_month") }} as months
            on results.reporting_month = months.reporting_month
            and months.is_on_scorecard
        left join
            (
                select measure_id, bool_and(weight = 1) as is_one_each
                from {{ ref("measure_rows") }}
                where outcome <> 'excluded'
                group by measure_id
            ) as weights
            on results.measure_id = weights.measure_id
        where results.population = 'all'
    ),

    final_months as (
        select
            measure_id,
            statistic,
            reporting_month,
            value,
            value - lag(value) over months as step
        from figures
        where status = 'final' and value is not null
        window months as (partition by measure_id, statistic order by reporting_month)
    ),

    processes as (
        select
            measure_id,
            statistic,
            count(value) as months_in_limits,
            avg(value) as mean,
            2.66 * avg(abs(step)) as reach
        from final_months
        group by measure_id, statistic
    ),

    -- Where a month lies: 1 above, -1 below, 0 neither.
    places as (
        select
            final_months.measure_id,
            final_months.statistic,
            final_months.reporting_month,
            sign(round(final_months.value - processes.mean, 9)) as side,
            sign(final_months.step) as step,
            case
                when
                    round(abs(final_months.value - processes.mean), 9)
                    > round(processes.reach, 9)
                then sign(final_months.value - processes.mean)
                else 0
            end as outside,
            case
                when
                    round(abs(final_months.value - processes.mean), 9)
                    > round(processes.reach * 2 / 3, 9)
                then sign(final_months.value - processes.mean)
                else 0
            end as near_limit
        from final_months
        inner join
            processes
            on final_months.measure_id = processes.measure_id
            and final_months.statistic = processes.statistic
            and processes.months_in_limits >= 12
    ),

    runs as (
        select
            places.*,
            sum(side) over (months rows between 6 preceding and current row) as sides,
            sum(step) over (months rows between 5 preceding and current row) as steps,
            -- Months near the limit that this month is near; one near the other limit
            -- between them takes none away.
            sum(case when near_limit > 0 then 1 else 0 end) over (
                months rows between 2 preceding and current row
            ) as near_upper,
            sum(case when near_limit < 0 then 1 else 0 end) over (
                months rows between 2 preceding and current row
            ) as near_lower
        from places
        window months as (partition by measure_id, statistic order by reporting_month)
    ),

    judged as (
        select
            measure_id,
            statistic,
            reporting_month,
            case
                when outside > 0
                then 'above the upper limit'
                when outside < 0
                then 'below the lower limit'
                when sides = 7
                then 'seven months in a row above the mean'
                when sides = -7
                then 'seven months in a row below the mean'
                when steps = 6
                then 'seven months in a row, each higher than the one before'
                when steps = -6
                then 'seven months in a row, each lower than the one before'
                when near_limit > 0 and near_upper >= 2
                then 'two of three months near the upper limit'
                when near_limit < 0 and near_lower >= 2
                then 'two of three months near the lower limit'
            end as rule,
            case
                when outside <> 0
                then outside
                when abs(sides) = 7
                then side
                when abs(steps) = 6
                then step
                else near_limit
            end as direction
        from runs
    )

select
    figures.measure_id,
    figures.statistic,
    figures.reporting_month,
    figures.value,
    figures.status,
    processes.months_in_limits,
    case when processes.months_in_limits >= 12 then processes.mean end as mean,
    case
        when processes.months_in_limits >= 12
        then round(greatest(processes.mean - processes.reach, 0), 6)
    end as lower_limit,
    case
        when processes.months_in_limits < 12
        then null
        when figures.statistic = 'percent'
        then round(least(processes.mean + processes.reach, 100), 6)
        else round(processes.mean + processes.reach, 6)
    end as upper_limit,
    case
        when figures.value is null
        then 'no figure'
        when figures.status <> 'final'
        then 'not judged'
        when processes.months_in_limits < 12
        then 'too few months'
        when judged.rule is null
        then 'normal variation'
        when figures.better = 'neither' and judged.direction > 0
        then 'higher'
        when figures.better = 'neither'
        then 'lower'
        when (judged.direction > 0) = (figures.better = 'higher')
        then 'improving'
        else 'worsening'
    end as signal,
    judged.rule,
    case
        when figures.statistic = 'percent' and figures.is_one_each
        then round({{ wilson("figures.numerator", "figures.denominator", "-") }}, 6)
        when figures.is_one_each and figures.numerator = 0
        then 0 * figures.value_of_one
        when figures.is_one_each
        then round(figures.value_of_one * {{ byar("figures.numerator", "-") }}, 6)
    end as interval_lower,
    case
        when figures.statistic = 'percent' and figures.is_one_each
        then round({{ wilson("figures.numerator", "figures.denominator", "+") }}, 6)
        when figures.is_one_each
        then round(figures.value_of_one * {{ byar("(figures.numerator + 1)", "+") }}, 6)
    end as interval_upper,
    coalesce(
        figures.statistic in ('percent', 'ratio') and figures.denominator <= 20, false
    ) as is_small_denominator
from figures
left join
    processes
    on figures.measure_id = processes.measure_id
    and figures.statistic = processes.statistic
left join
    judged
    on figures.measure_id = judged.measure_id
    and figures.statistic = judged.statistic
    and figures.reporting_month = judged.reporting_month
