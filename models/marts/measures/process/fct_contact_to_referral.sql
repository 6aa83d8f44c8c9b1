-- One row per contact received.
select
    'contact_to_referral' as measure_id,
    reporting_month,
    contact_id as unit_id,
    person_id,
    cast(null as varchar) as team_id,
    case
        when is_new_referral
        then 'yes'
        when has_outcome
        then 'no'
        when linked_referred_on is not null
        then 'yes'
        when link_due_on > as_at
        then 'pending'
        else 'no'
    end as outcome,
    case
        when is_new_referral
        then 'outcome is a new referral'
        when has_outcome
        then 'outcome is no new referral'
        when linked_referred_on is not null
        then 'referral within 14 days'
        when link_due_on > as_at
        then '14 days not yet over'
        else 'no referral within 14 days'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    contacted_on as counted_on,
    link_due_on as due_on,
    linked_referred_on as met_on,
    'ssd_contacts' as source_table,
    contact_id as source_id
from {{ ref("int_contacts") }}
inner join {{ ref("int_months") }} on {{ month_of("contacted_on") }} = reporting_month
