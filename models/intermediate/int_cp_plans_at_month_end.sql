-- One row per month and child with a plan of this authority open at the month's end:
-- the earliest open one.
with
    own_plans as (
        select cp_plan_id, person_id, started_on, ended_on, team_id
        from {{ ref("int_cp_plans") }}
        where not is_for_other_authority
    )

select
    plans.reporting_month,
    plans.month_end,
    plans.person_id,
    plans.cp_plan_id,
    plans.started_on,
    plans.ended_on,
    coalesce(teams.team_id, plans.team_id) as team_id
from ({{ first_open_at_month_ends("own_plans", "cp_plan_id") }}) as plans
left join
    {{ ref("int_teams_at_month_end") }} as teams
    on plans.reporting_month = teams.reporting_month
    and plans.person_id = teams.person_id
