-- One row per start and end of a looked-after spell, and of each period of care whose
-- start or end was looked at and left out, with the reason.
with
    stretch_ends as (
        select
            periods.*,
            max(coalesce(ended_on, {{ far_future() }})) over (
                partition by person_id, stretch_of_care
            ) as stretch_ended_on
        from {{ ref("int_periods_of_care") }} as periods
    )

select
    'start' as change,
    spell_id as unit_id,
    person_id,
    started_on as changed_on,
    'yes' as outcome,
    start_reason as reason,
    team_id,
    source_id
from {{ ref("int_looked_after_spells") }}

union all

select
    'end' as change,
    spell_id as unit_id,
    person_id,
    ended_on as changed_on,
    'yes' as outcome,
    end_reason as reason,
    team_id,
    end_source_id as source_id
from {{ ref("int_looked_after_spells") }}
where ended_on is not null

union all

select
    'start' as change,
    periods.cla_id as unit_id,
    periods.person_id,
    periods.started_on as changed_on,
    'excluded' as outcome,
    case
        when periods.started_on >= periods.turns_18_on
        then '18 or over'
        when
            periods.started_on < coalesce(short_breaks.ended_on, {{ far_future() }})
            and short_breaks.person_id is not null
        then 'short break'
        when periods.continues_earlier_care
        then 'continues an earlier period of care'
        else 'started and ended on one day'
    end as reason,
    cast(null as varchar) as team_id,
    periods.first_episode_id as source_id
from {{ ref("int_periods_of_care") }} as periods
left join
    {{ ref("int_looked_after_spells") }} as spells
    on periods.person_id = spells.person_id
    and periods.started_on = spells.started_on
asof left join
    {{ ref("int_short_breaks") }} as short_breaks
    on periods.person_id = short_breaks.person_id
    and periods.started_on >= short_breaks.started_on
where spells.spell_id is null

union all

select
    'end' as change,
    periods.cla_id as unit_id,
    periods.person_id,
    periods.ended_on as changed_on,
    'excluded' as outcome,
    case
        when periods.ended_on > periods.turns_18_on
        then '18 or over'
        when
            periods.ended_on <= coalesce(short_breaks.ended_on, {{ far_future() }})
            and short_breaks.person_id is not null
        then 'short break'
        when periods.ended_on < periods.stretch_ended_on
        then 'continues in a later period of care'
        else 'started and ended on one day'
    end as reason,
    cast(null as varchar) as team_id,
    periods.last_episode_id as source_id
from stretch_ends as periods
left join
    {{ ref("int_looked_after_spells") }} as spells
    on periods.person_id = spells.person_id
    and periods.ended_on = spells.ended_on
asof left join
    {{ ref("int_short_breaks") }} as short_breaks
    on periods.person_id = short_breaks.person_id
    and periods.ended_on > short_breaks.started_on
where periods.ended_on is not null and spells.spell_id is null
