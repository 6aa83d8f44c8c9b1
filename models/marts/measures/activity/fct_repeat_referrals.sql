-- One row per referral received.
select
    'repeat_referrals' as measure_id,
    months.reporting_month,
    referrals.referral_id as unit_id,
    referrals.person_id,
    referrals.team_id,
    case
        when
            referrals.previous_referred_on
            >= {{ months_before("referrals.started_on", 12) }}
        then 'yes'
        else 'no'
    end as outcome,
    case
        when
            referrals.previous_referred_on
            >= {{ months_before("referrals.started_on", 12) }}
        then 'earlier referral within 12 months'
        when referrals.previous_referred_on is not null
        then 'earlier referral more than 12 months before'
        else 'no earlier referral'
    end as reason,
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
