-- One row per clock, subject and month in which it was done: the last day in the month,
-- and the day before that on which it was done. A subject is a child or a plan.
with
    events as (
        select clock, person_id as subject_id, visited_on as done_on
        from {{ ref("int_visits") }}
        where is_child_seen
        union
        select 'cp_reviews' as clock, cp_plan_id as subject_id, reviewed_on as done_on
        from {{ ref("int_cp_reviews") }}
        union
        select
            'cin_plan_reviews' as clock,
            cin_plan_id as subject_id,
            reviewed_on as done_on
        from {{ ref("stg_local__cin_plan_reviews") }}
        union
        select
            check_types.clock,
            checks.person_id as subject_id,
            checks.checked_on as done_on
        from {{ ref("stg_ssd__health_checks") }} as checks
        inner join
            {{ ref("health_check_types") }} as check_types
            on checks.check_type = check_types.check_type
        where
            coalesce(checks.check_status, '') not in ('planned', 'refused', 'cancelled')
        union
        select 'pathway_plans' as clock, person_id as subject_id, planned_on as done_on
        from {{ ref("stg_local__pathway_plans") }}
        union
        select
            'supervisions' as clock, person_id as subject_id, supervised_on as done_on
        from {{ ref("stg_local__supervisions") }}
    )

select
    clock,
    subject_id,
    done_on,
    lag(done_on) over (
        partition by clock, subject_id order by done_on
    ) as previous_done_on
from events
where done_on is not null
qualify
    {{ month_of("done_on") }}
    is distinct from {{
        month_of(
            "lead(done_on) over (partition by clock, subject_id order by done_on)"
        )
    }}
