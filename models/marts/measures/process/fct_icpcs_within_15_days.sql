-- One row per child at an initial child protection conference.
select
    'icpcs_within_15_days' as measure_id,
    months.reporting_month,
    conferences.icpc_id as unit_id,
    conferences.person_id,
    conferences.team_id,
    case
        when conferences.is_transfer_in or conferences.s47_started_on is null
        then 'excluded'
        when conferences.conference_held_on < conferences.s47_started_on
        then 'excluded'
        when conferences.working_days_from_s47 <= 15
        then 'yes'
        else 'no'
    end as outcome,
    case
        when conferences.is_transfer_in
        then 'transfer in'
        when conferences.s47_started_on is null
        then 'no linked section 47 enquiry'
        when conferences.conference_held_on < conferences.s47_started_on
        then 'conference before the enquiry'
        when conferences.working_days_from_s47 <= 15
        then 'within 15 working days'
        else 'later than 15 working days'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    conferences.conference_held_on as counted_on,
    conferences.due_on as due_on,
    conferences.conference_held_on as met_on,
    'ssd_initial_cp_conference' as source_table,
    conferences.icpc_id as source_id
from {{ ref("int_conferences") }} as conferences
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("conferences.conference_held_on") }} = months.reporting_month
