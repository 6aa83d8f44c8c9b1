-- One row per contact received.
select
    'recontacts' as measure_id,
    months.reporting_month,
    contacts.contact_id as unit_id,
    contacts.person_id,
    cast(null as varchar) as team_id,
    case
        when
            contacts.previous_contacted_on
            >= {{ months_before("contacts.contacted_on", 3) }}
        then 'yes'
        else 'no'
    end as outcome,
    case
        when
            contacts.previous_contacted_on
            >= {{ months_before("contacts.contacted_on", 3) }}
        then 'earlier contact within 3 months'
        when contacts.previous_contacted_on is not null
        then 'earlier contact more than 3 months before'
        else 'no earlier contact'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    contacts.contacted_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_contacts' as source_table,
    contacts.contact_id as source_id
from {{ ref("int_contacts") }} as contacts
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("contacts.contacted_on") }} = months.reporting_month
