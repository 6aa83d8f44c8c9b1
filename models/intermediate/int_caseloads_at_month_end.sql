-- One row per month and worker who holds a social-work post or a case at the month's
-- end.
with
    cases as (
        select
            reporting_month,
            worker_id,
            count(person_id) as cases_held,
            min(involvement_id) as involvement_id
        from {{ ref("int_cases_at_month_end") }}
        group by reporting_month, worker_id
    ),

    workers as (
        select
            reporting_month,
            worker_id,
            sum(full_time_equivalent) as full_time_equivalent,
            arg_max(team_id, full_time_equivalent) as team_id,
            arg_max(source_id, full_time_equivalent) as holding_id
        from {{ ref("int_post_parts_at_month_end") }}
        where worker_id is not null
        group by reporting_month, worker_id
    ),

    protected_workers as (
        select reporting_month, worker_id, min(capacity) as capacity
        from
            (
                {{ open_at_month_ends(ref("stg_local__protected_caseloads")) }}
            ) as protections
        group by reporting_month, worker_id
    )

select
    months.reporting_month,
    months.month_end,
    coalesce(workers.worker_id, cases.worker_id) as worker_id,
    workers.team_id,
    workers.holding_id,
    cases.involvement_id,
    coalesce(cases.cases_held, 0) as cases_held,
    coalesce(workers.full_time_equivalent, 0) as full_time_equivalent,
    coalesce(protected_workers.capacity, 1) as capacity,
    case
        when workers.worker_id is null
        then 'holds no social-work post'
        when workers.full_time_equivalent = 0
        then 'no full-time equivalent'
        when cases.worker_id is null
        then 'holds no case'
    end as left_out_reason
from workers
full outer join
    cases
    on workers.reporting_month = cases.reporting_month
    and workers.worker_id = cases.worker_id
inner join
    {{ ref("int_months") }} as months
    on months.reporting_month = coalesce(workers.reporting_month, cases.reporting_month)
left join
    protected_workers
    on workers.reporting_month = protected_workers.reporting_month
    and workers.worker_id = protected_workers.worker_id
