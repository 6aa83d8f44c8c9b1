-- One row per month and child with a plan of this authority open at the month's end:
-- the
-- earliest open one.
select
    plans.reporting_month,
    plans.month_end,
    plans.person_id,
    plans.cp_plan_id,
    plans.started_on,
    plans.ended_on,
    coalesce(teams.team_id, plans.team_id) as team_id
from
    (
        {{ open_at_month_ends("(select * from " ~ ref("int_cp_plans") ~ " where not is_for_other_authority)") }}
    ) as plans
left join
    {{ ref("int_teams_at_month_end") }} as teams
    on plans.reporting_month = teams.reporting_month
    and plans.person_id = teams.person_id
qualify
    row_number() over (
        partition by plans.reporting_month, plans.person_id
        order by plans.started_on, plans.cp_plan_id
    )
    = 1
