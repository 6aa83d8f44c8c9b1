-- One row per referral received.
select
    'days_until_first_seen' as measure_id,
    months.reporting_month,
    referrals.referral_id as unit_id,
    referrals.person_id,
    referrals.team_id,
    case
        when sightings.first_seen_on is not null then 'yes' else 'pending'
    end as outcome,
    case
        when sightings.first_seen_on is not null then 'child seen' else 'not seen yet'
    end as reason,
    cast(1 as double) as weight,
    cast(sightings.working_days_until_seen as double) as amount,
    cast([] as varchar[]) as populations,
    referrals.started_on as counted_on,
    cast(null as date) as due_on,
    sightings.first_seen_on as met_on,
    'ssd_cin_episodes' as source_table,
    referrals.referral_id as source_id
from {{ ref("int_referrals") }} as referrals
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("referrals.started_on") }} = months.reporting_month
left join
    {{ ref("int_first_sightings") }} as sightings
    on referrals.referral_id = sightings.referral_id
