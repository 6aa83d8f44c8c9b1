-- One row per contact received.
select
    'contacts' as measure_id,
    months.reporting_month,
    contacts.contact_id as unit_id,
    contacts.person_id,
    cast(null as varchar) as team_id,
    'yes' as outcome,
    'contact received' as reason,
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
