-- One row per month and child in need plan open at the month's end.
-- A child with two open plans is counted once, on the plan that started first.
select
    plans.reporting_month,
    plans.month_end,
    plans.cin_plan_id,
    plans.person_id,
    plans.started_on,
    coalesce(plans.team_id, teams.team_id) as team_id,
    row_number() over (
        partition by plans.reporting_month, plans.person_id
        order by plans.started_on, plans.cin_plan_id
    )
    = 1 as is_childs_first
from ({{ open_at_month_ends(ref("int_cin_plans")) }}) as plans
left join
    {{ ref("int_teams_at_month_end") }} as teams
    on plans.reporting_month = teams.reporting_month
    and plans.person_id = teams.person_id
