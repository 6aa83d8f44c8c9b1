-- One row per period of care: the episodes with one period's id.
-- It ends when no episode is open and the last one did not cease only because another
-- began (X1). A child's periods that touch or overlap make one stretch of care.
with
    periods as (
        select
            cla_id,
            person_id,
            min(started_on) as started_on,
            case
                when bool_or(ended_on is null)
                then null
                when max_by(end_reason_code, row(ended_on, started_on)) = 'X1'
                then null
                else max(ended_on)
            end as ended_on,
            min_by(cla_episode_id, row(started_on, cla_episode_id)) as first_episode_id,
            max_by(cla_episode_id, row(started_on, cla_episode_id)) as last_episode_id
        from {{ ref("stg_ssd__cla_episodes") }}
        group by cla_id, person_id
    )

select
    periods.cla_id,
    periods.person_id,
    periods.started_on,
    periods.ended_on,
    periods.stretch_of_care,
    coalesce(
        periods.covered_until >= periods.started_on, false
    ) as continues_earlier_care,
    people.turns_18_on,
    periods.first_episode_id,
    periods.last_episode_id
from ({{ joined_spells("periods", "cla_id", "stretch_of_care") }}) as periods
left join {{ ref("int_people") }} as people on periods.person_id = people.person_id
