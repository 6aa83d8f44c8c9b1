-- One row per month and child with a referral open at the month's end.
select
    'children_in_need' as measure_id,
    referrals.reporting_month,
    referrals.person_id as unit_id,
    referrals.person_id,
    in_need.team_id,
    case when in_need.person_id is null then 'excluded' else 'yes' end as outcome,
    case
        when in_need.person_id is null then 'no further action' else 'in need'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    referrals.month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cin_episodes' as source_table,
    coalesce(in_need.referral_id, referrals.referral_id) as source_id
from ({{ first_open_at_month_ends(ref("int_referrals"), "referral_id") }}) as referrals
left join
    {{ ref("int_children_in_need_at_month_end") }} as in_need
    on referrals.reporting_month = in_need.reporting_month
    and referrals.person_id = in_need.person_id
