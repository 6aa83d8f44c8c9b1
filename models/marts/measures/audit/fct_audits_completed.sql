-- One row per practice audit completed.
select
    'audits_completed' as measure_id,
    reporting_month,
    audit_id as unit_id,
    person_id,
    cast(null as varchar) as team_id,
    'yes' as outcome,
    'audit completed' as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    case when service is null then [] else [service] end as populations,
    completed_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'local_audits' as source_table,
    audit_id as source_id
from {{ ref("int_audits") }}
inner join {{ ref("int_months") }} on {{ month_of("completed_on") }} = reporting_month
