-- One row per section 47 enquiry completed.
select
    's47_to_icpc' as measure_id,
    reporting_month,
    s47_enquiry_id as unit_id,
    person_id,
    team_id,
    case
        when conference_held_on is not null
        then 'yes'
        when is_conference_awaited and conference_due_on > as_at
        then 'pending'
        else 'no'
    end as outcome,
    case
        when conference_held_on is not null
        then 'conference held'
        when is_conference_awaited and conference_due_on > as_at
        then 'conference not yet held'
        when is_conference_awaited
        then 'no conference within 45 days'
        else 'outcome is no conference'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    case
        when is_conference_awaited and conference_due_on > as_at
        then []
        else ['matured']
    end as populations,
    ended_on as counted_on,
    conference_due_on as due_on,
    conference_held_on as met_on,
    'ssd_s47_enquiry' as source_table,
    s47_enquiry_id as source_id
from {{ ref("int_s47_enquiries") }}
inner join {{ ref("int_months") }} on {{ month_of("ended_on") }} = reporting_month
