-- One row per looked-after spell: a stretch of care less the days of short breaks in
-- it, ended at the latest on the 18th birthday. A child's spells never touch, so that
-- starts less ends are the change in the stock, exactly.
with
    stretches as (
        select
            person_id,
            stretch_of_care,
            min_by(cla_id, row(started_on, cla_id)) as cla_id,
            min(started_on) as started_on,
            case when bool_and(ended_on is not null) then max(ended_on) end as ended_on,
            -- A birthday after the extract's date has not come yet.
            min(turns_18_on) filter (where turns_18_on <= extracts.as_at) as turns_18_on
        from {{ ref("int_periods_of_care") }}
        cross join {{ source("landing", "extract") }} as extracts
        group by person_id, stretch_of_care
    ),

    -- Full care runs from the start of the stretch and again from each short break's
    -- end.
    resumptions as (
        select
            stretches.*,
            cast(null as date) as break_started_on,
            started_on as resumed_on
        from stretches
        union all
        select
            stretches.*,
            short_breaks.started_on as break_started_on,
            short_breaks.ended_on as resumed_on
        from stretches
        inner join
            {{ ref("int_short_breaks") }} as short_breaks
            on stretches.person_id = short_breaks.person_id
            and stretches.started_on
            < coalesce(short_breaks.ended_on, {{ far_future() }})
            and short_breaks.started_on
            < coalesce(stretches.ended_on, {{ far_future() }})
    ),

    full_care as (
        select
            resumptions.*,
            lead(break_started_on) over (
                partition by person_id, stretch_of_care
                order by break_started_on nulls first
            ) as broken_off_on
        from resumptions
    ),

    spells as (
        select
            person_id,
            cla_id,
            resumed_on as started_on,
            least(broken_off_on, ended_on, turns_18_on) as ended_on,
            case
                when break_started_on is null
                then 'period of care started'
                else 'full care after a short break'
            end as start_reason,
            case
                when turns_18_on < least(broken_off_on, ended_on, {{ far_future() }})
                then 'turned 18'
                when broken_off_on is not null
                then 'short break started'
                else 'period of care ended'
            end as end_reason
        from full_care
        where
            resumed_on < least(broken_off_on, ended_on, turns_18_on, {{ far_future() }})
    )

select
    spells.cla_id
    || '/'
    || row_number() over (
        partition by spells.cla_id order by spells.started_on
    ) as spell_id,
    first_episodes.cla_id,
    spells.person_id,
    spells.started_on,
    spells.ended_on,
    spells.start_reason,
    case when spells.ended_on is not null then spells.end_reason end as end_reason,
    first_episodes.cla_episode_id as source_id,
    last_episodes.cla_episode_id as end_source_id,
    first_episodes.team_id
from spells
asof left join
    {{ ref("int_care_episodes") }} as first_episodes
    on spells.person_id = first_episodes.person_id
    and spells.started_on >= first_episodes.started_on
asof left join
    {{ ref("int_care_episodes") }} as last_episodes
    on spells.person_id = last_episodes.person_id
    and spells.ended_on > last_episodes.started_on
