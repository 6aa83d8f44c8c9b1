-- One row per permanent exclusion.
select
    'permanent_exclusions' as measure_id,
    reporting_month,
    exclusion_id as unit_id,
    cast(null as varchar) as person_id,
    cast(null as varchar) as team_id,
    'yes' as outcome,
    'permanently excluded' as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    excluded_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'local_exclusions' as source_table,
    exclusion_id as source_id
from {{ ref("int_exclusions") }}
inner join {{ ref("int_months") }} on {{ month_of("excluded_on") }} = reporting_month
