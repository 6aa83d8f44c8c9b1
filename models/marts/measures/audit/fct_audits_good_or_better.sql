-- One row per practice audit completed.
select
    'audits_good_or_better' as measure_id,
    reporting_month,
    audit_id as unit_id,
    person_id,
    cast(null as varchar) as team_id,
    case
        when grade in ('outstanding', 'good')
        then 'yes'
        when grade in ('requires improvement', 'inadequate')
        then 'no'
        else 'excluded'
    end as outcome,
    case
        when grade in ('outstanding', 'good', 'requires improvement', 'inadequate')
        then 'graded ' || grade
        when grade is null
        then 'not graded'
        else 'grade not of the four'
    end as reason,
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
