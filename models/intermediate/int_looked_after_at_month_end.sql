-- One row per month and child looked after at the month's end.
with
    spells as (
        select spell_id, person_id, started_on, ended_on
        from {{ ref("int_looked_after_spells") }}
    )

select
    spells.reporting_month,
    spells.month_end,
    spells.person_id,
    spells.spell_id,
    episodes.cla_id,
    spells.started_on,
    {{ age_on("people.born_on", "spells.month_end") }} as age,
    coalesce(teams.team_id, episodes.team_id) as team_id,
    episodes.cla_episode_id as source_id
from ({{ open_at_month_ends("spells") }}) as spells
asof left join
    {{ ref("int_care_episodes") }} as episodes
    on spells.person_id = episodes.person_id
    and spells.month_end >= episodes.started_on
left join
    {{ ref("int_teams_at_month_end") }} as teams
    on spells.reporting_month = teams.reporting_month
    and spells.person_id = teams.person_id
left join {{ ref("int_people") }} as people on spells.person_id = people.person_id
