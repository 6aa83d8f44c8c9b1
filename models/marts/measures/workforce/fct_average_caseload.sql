-- One row per month and worker who holds a social-work post or a case, and again for
-- the basis that adjusts for protected caseloads.
select
    'average_caseload' as measure_id,
    reporting_month,
    case when is_adjusted then 'adjusted:' else '' end || worker_id as unit_id,
    cast(null as varchar) as person_id,
    team_id,
    case when left_out_reason is null then 'yes' else 'excluded' end as outcome,
    coalesce(left_out_reason, 'holds a case') as reason,
    case
        when is_adjusted then full_time_equivalent * capacity else full_time_equivalent
    end as weight,
    cast(cases_held as double) as amount,
    case
        when is_adjusted then ['adjusted for protected caseloads'] else []
    end as populations,
    month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    case
        when holding_id is null then 'ssd_involvements' else 'local_post_holders'
    end as source_table,
    coalesce(holding_id, involvement_id) as source_id
from {{ ref("int_caseloads_at_month_end") }}
cross join (values (false), (true)) as bases(is_adjusted)
where left_out_reason is null or not is_adjusted
