-- One row per referral received.
select
    'referrals' as measure_id,
    months.reporting_month,
    referrals.referral_id as unit_id,
    referrals.person_id,
    referrals.team_id,
    'yes' as outcome,
    'referral received' as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    referrals.started_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cin_episodes' as source_table,
    referrals.referral_id as source_id
from {{ ref("int_referrals") }} as referrals
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("referrals.started_on") }} = months.reporting_month
