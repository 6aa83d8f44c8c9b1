-- One row per child at an initial child protection conference, transfers in included.
select
    'icpcs' as measure_id,
    months.reporting_month,
    conferences.icpc_id as unit_id,
    conferences.person_id,
    conferences.team_id,
    'yes' as outcome,
    case
        when conferences.is_transfer_in then 'transfer in' else 'conference held'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    conferences.conference_held_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_initial_cp_conference' as source_table,
    conferences.icpc_id as source_id
from {{ ref("int_conferences") }} as conferences
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("conferences.conference_held_on") }} = months.reporting_month
