-- One row per child's initial conference that a plan came from: the plan names the
-- conference, or started within 20 days of it.
with
    plans as (
        select conferences.icpc_id, plans.started_on
        from {{ ref("int_conferences") }} as conferences
        inner join
            {{ ref("int_cp_plans") }} as plans on conferences.icpc_id = plans.icpc_id
        union all
        select conferences.icpc_id, plans.started_on
        from {{ ref("int_conferences") }} as conferences
        inner join
            {{ ref("int_cp_plans") }} as plans
            on conferences.person_id = plans.person_id
            and {{ days_between("conferences.conference_held_on", "plans.started_on") }}
            between 0 and 20
    )

select icpc_id, min(started_on) as plan_started_on
from plans
group by icpc_id
