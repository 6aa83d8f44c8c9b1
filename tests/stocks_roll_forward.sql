-- One row per month in which opening + starts - ends is not closing: of children
-- looked after, and of plans. Plans are rolled forward as plans: a child with two
-- counts once in the stock.
with
    open_plans as (
        select
            reporting_month,
            count(cp_plan_id) as plans,
            count(distinct person_id) as children
        from
            (
                {{ open_at_month_ends("(select * from " ~ ref("int_cp_plans") ~ " where not is_for_other_authority)") }}
            ) as plans
        group by reporting_month
    ),

    counts as (
        select
            reporting_month,
            count(unit_id) filter (
                where measure_id = 'children_looked_after'
            ) as looked_after,
            count(unit_id) filter (where measure_id = 'cla_starts') as care_starts,
            count(unit_id) filter (where measure_id = 'cla_ends') as care_ends,
            count(unit_id) filter (where measure_id = 'cp_plans') as children_on_plans,
            count(unit_id) filter (where measure_id = 'cp_plan_starts') as plan_starts,
            count(unit_id) filter (where measure_id = 'cp_plan_ends') as plan_ends
        from {{ ref("measure_rows") }}
        where outcome = 'yes'
        group by reporting_month
    ),

    movements as (
        select
            months.reporting_month,
            coalesce(counts.looked_after, 0) as looked_after,
            coalesce(counts.care_starts - counts.care_ends, 0) as care_change,
            coalesce(counts.children_on_plans, 0) as children_on_plans,
            coalesce(counts.plan_starts - counts.plan_ends, 0) as plan_change,
            coalesce(open_plans.plans, 0) as plans,
            coalesce(open_plans.children, 0) as children
        from {{ ref("int_months") }} as months
        left join counts on months.reporting_month = counts.reporting_month
        left join open_plans on months.reporting_month = open_plans.reporting_month
    ),

    openings as (
        select
            movements.*,
            lag(looked_after) over (order by reporting_month) as looked_after_before,
            lag(plans) over (order by reporting_month) as plans_before
        from movements
    )

select reporting_month, 'children looked after' as stock
from openings
where looked_after_before + care_change <> looked_after
union all
select reporting_month, 'child protection plans' as stock
from openings
where plans_before + plan_change <> plans
union all
select reporting_month, 'children on a plan' as stock
from openings
where children <> children_on_plans
