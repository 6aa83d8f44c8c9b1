-- One row per month and child open to social care at the month's end, under the first
-- that applies: looked after, on a protection plan, in need.
with
    statuses as (
        select reporting_month, person_id, team_id, 1 as precedence
        from {{ ref("int_looked_after_at_month_end") }}
        union all
        select reporting_month, person_id, team_id, 2 as precedence
        from {{ ref("int_cp_plans_at_month_end") }}
        union all
        select reporting_month, person_id, team_id, 3 as precedence
        from {{ ref("int_children_in_need_at_month_end") }}
    )

select
    reporting_month,
    person_id,
    case
        min(precedence)
        when 1
        then 'looked after'
        when 2
        then 'on a CP plan'
        else 'children in need'
    end as care_status,
    arg_min(team_id, precedence) as team_id
from statuses
group by reporting_month, person_id
