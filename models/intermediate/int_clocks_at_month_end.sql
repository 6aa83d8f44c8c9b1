-- One row per clock, month and subject for whom it runs at the month's end.
-- A new clock is one more part here, its events in int_clock_events and its rows in the
-- seed of intervals.
{% set no_date = "cast(null as date)" %}
{% set no_reason = "cast(null as varchar)" %}

select
    'cin_visits' as clock,
    'all' as status,
    reporting_month,
    month_end,
    person_id as subject_id,
    person_id,
    team_id,
    started_on as runs_from,
    {{ no_date }} as recorded_on,
    {{ no_reason }} as left_out_reason,
    cin_plan_id as source_id
from {{ ref("int_cin_plans_at_month_end") }}
where is_childs_first

union all

select
    'cin_plan_reviews' as clock,
    'all' as status,
    reporting_month,
    month_end,
    cin_plan_id as subject_id,
    person_id,
    team_id,
    started_on as runs_from,
    {{ no_date }} as recorded_on,
    {{ no_reason }} as left_out_reason,
    cin_plan_id as source_id
from {{ ref("int_cin_plans_at_month_end") }}

union all

select
    'cp_visits' as clock,
    'all' as status,
    reporting_month,
    month_end,
    person_id as subject_id,
    person_id,
    team_id,
    started_on as runs_from,
    {{ no_date }} as recorded_on,
    {{ no_reason }} as left_out_reason,
    cp_plan_id as source_id
from {{ ref("int_cp_plans_at_month_end") }}

union all

select
    'cp_reviews' as clock,
    'all' as status,
    reporting_month,
    month_end,
    cp_plan_id as subject_id,
    person_id,
    team_id,
    started_on as runs_from,
    {{ no_date }} as recorded_on,
    case
        when started_on > {{ months_before("month_end", 3) }}
        then 'on a plan for less than 3 months'
    end as left_out_reason,
    cp_plan_id as source_id
from {{ ref("int_cp_plans_at_month_end") }}

union all

-- Each placement starts the clock again; a settled one slows it after a year.
select
    'cla_visits' as clock,
    case
        when
            placements.placement_type in ('U1', 'U4')
            and placements.started_on
            <= {{ months_before("looked_after.month_end", 12) }}
        then 'long-term placement of a year or more'
        else 'all'
    end as status,
    looked_after.reporting_month,
    looked_after.month_end,
    looked_after.person_id as subject_id,
    looked_after.person_id,
    looked_after.team_id,
    coalesce(placements.started_on, looked_after.started_on) as runs_from,
    {{ no_date }} as recorded_on,
    {{ no_reason }} as left_out_reason,
    looked_after.source_id
from {{ ref("int_looked_after_at_month_end") }} as looked_after
left join
    {{ ref("int_placements_at_month_end") }} as placements
    on looked_after.reporting_month = placements.reporting_month
    and looked_after.person_id = placements.person_id

union all

select
    checks.clock,
    case
        when checks.clock = 'cla_health_assessments' and looked_after.age < 5
        then 'under 5'
        else 'all'
    end as status,
    looked_after.reporting_month,
    looked_after.month_end,
    looked_after.person_id as subject_id,
    looked_after.person_id,
    looked_after.team_id,
    looked_after.started_on as runs_from,
    {{ no_date }} as recorded_on,
    case
        when looked_after.started_on > {{ months_before("looked_after.month_end", 12) }}
        then 'looked after for less than 12 months'
    end as left_out_reason,
    looked_after.source_id
from {{ ref("int_looked_after_at_month_end") }} as looked_after
cross join (select distinct clock from {{ ref("health_check_types") }}) as checks

union all

-- The record keeps the date of the latest contact and of the latest review.
select
    'care_leaver_visits' as clock,
    'all' as status,
    reporting_month,
    month_end,
    person_id as subject_id,
    person_id,
    team_id,
    {{ no_date }} as runs_from,
    latest_contact_on as recorded_on,
    case
        when left_out_reason is not null
        then left_out_reason
        when eligibility is distinct from 'former relevant'
        then 'not former relevant'
    end as left_out_reason,
    care_leaver_id as source_id
from {{ ref("int_care_leavers_at_month_end") }}

union all

select
    'pathway_plans' as clock,
    'all' as status,
    reporting_month,
    month_end,
    person_id as subject_id,
    person_id,
    team_id,
    {{ no_date }} as runs_from,
    pathway_plan_reviewed_on as recorded_on,
    case
        when left_out_reason is not null
        then left_out_reason
        when eligibility in ('relevant', 'former relevant')
        then null
        else 'no plan required'
    end as left_out_reason,
    care_leaver_id as source_id
from {{ ref("int_care_leavers_at_month_end") }}

union all

select
    'supervisions' as clock,
    statuses.care_status as status,
    children.reporting_month,
    children.month_end,
    children.person_id as subject_id,
    children.person_id,
    children.team_id,
    children.started_on as runs_from,
    {{ no_date }} as recorded_on,
    case when cases.person_id is null then 'no worker involved' end as left_out_reason,
    children.referral_id as source_id
from {{ ref("int_children_in_need_at_month_end") }} as children
inner join
    {{ ref("int_care_statuses_at_month_end") }} as statuses
    on children.reporting_month = statuses.reporting_month
    and children.person_id = statuses.person_id
left join
    (
        select distinct reporting_month, person_id
        from {{ ref("int_cases_at_month_end") }}
    ) as cases
    on children.reporting_month = cases.reporting_month
    and children.person_id = cases.person_id
