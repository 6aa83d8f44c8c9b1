-- One row per kind, month and pupil who is missing education or educated at home at the
-- month's end: by the spell that started first.
with
    spells as (
        select
            'missing education' as kind,
            episode_id,
            person_id,
            pupil_id,
            started_on,
            ended_on
        from {{ ref("stg_local__children_missing_education") }}
        union all
        select 'home educated', episode_id, person_id, pupil_id, started_on, ended_on
        from {{ ref("stg_local__home_education") }}
    ),

    -- The spell that started first is the one before which the others have ended.
    covered_spells as (
        select
            *,
            max(coalesce(ended_on, {{ far_future() }})) over (
                partition by kind, pupil_id
                order by started_on, episode_id
                rows between unbounded preceding and 1 preceding
            ) as covered_until
        from spells
    ),

    open_spells as ({{ open_at_month_ends("covered_spells") }})

select
    open_spells.kind,
    open_spells.reporting_month,
    open_spells.month_end,
    open_spells.pupil_id,
    open_spells.person_id,
    open_spells.episode_id,
    open_spells.started_on,
    coalesce(statuses.care_status, 'other') as care_status,
    statuses.team_id
from open_spells
left join
    {{ ref("int_care_statuses_at_month_end") }} as statuses
    on open_spells.reporting_month = statuses.reporting_month
    and open_spells.person_id = statuses.person_id
where covered_until is null or covered_until <= open_spells.month_end
