-- One row per clock, month and subject: what was last done by the month's end, when it
-- is next due, and whether it is up to date.
-- The interval is the one in force at the month's end. Until something has been done
-- since the clock started, the clock's start stands in for it.
with
    last_done as (
        select
            clocks.*,
            greatest(
                case
                    when events.done_on >= coalesce(clocks.runs_from, events.done_on)
                    then events.done_on
                end,
                clocks.recorded_on
            ) as last_done_on,
            events.previous_done_on
        from {{ ref("int_clocks_at_month_end") }} as clocks
        asof left join
            {{ ref("int_clock_events") }} as events
            on clocks.clock = events.clock
            and clocks.subject_id = events.subject_id
            and clocks.month_end >= events.done_on
    ),

    timed as (
        select
            last_done.*,
            intervals.rule,
            case
                when intervals.may_be_overridden and overrides.interval_days is not null
                then 0
                else intervals.months
            end as interval_months,
            case
                when intervals.may_be_overridden and overrides.interval_days is not null
                then overrides.interval_days
                else intervals.days
            end as interval_days,
            case
                when last_done.last_done_on is null
                then last_done.runs_from
                when intervals.times_needed = 2
                then last_done.previous_done_on
                else last_done.last_done_on
            end as counted_from
        from last_done
        left join
            {{ ref("intervals") }} as intervals
            on last_done.clock = intervals.clock
            and last_done.status = intervals.status
            and intervals.step
            = case when last_done.last_done_on is null then 'first' else 'next' end
            and last_done.month_end between intervals.valid_from and intervals.valid_to
        left join
            {{ ref("int_visiting_intervals") }} as overrides
            on last_done.clock = overrides.clock
            and last_done.reporting_month = overrides.reporting_month
            and last_done.person_id = overrides.person_id
    ),

    counted as (
        select
            timed.*,
            {{ later_by("counted_from", "interval_months", "interval_days") }}
            as interval_ends_on
        from timed
    ),

    due as (
        select
            counted.*,
            case
                when rule = 'in the month'
                then {{ month_end("interval_ends_on") }}
                else interval_ends_on
            end as due_on,
            case
                rule
                when 'in the last'
                then
                    counted_from
                    > {{ earlier_by("month_end", "interval_months", "interval_days") }}
                when 'in the month'
                then {{ month_end("interval_ends_on") }} > month_end
                else interval_ends_on >= month_end
            end
            is true as is_up_to_date
        from counted
    )

select
    clock,
    reporting_month,
    month_end,
    subject_id,
    person_id,
    team_id,
    last_done_on,
    due_on,
    case
        when left_out_reason is not null
        then 'excluded'
        when is_up_to_date
        then 'yes'
        else 'no'
    end as outcome,
    case
        when left_out_reason is not null
        then left_out_reason
        when is_up_to_date and last_done_on is null
        then 'not yet due'
        when is_up_to_date
        then 'in time'
        when last_done_on is not null
        then 'not in time'
        when runs_from is not null
        then 'not done'
        else 'not recorded'
    end as reason,
    source_id
from due
