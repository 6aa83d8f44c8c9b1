-- Which children had the most repeat referrals in the last 12 months?
-- Names children by their ids.
select
    referrals.person_id,
    count(referrals.unit_id) as repeat_referrals,
    min(referrals.counted_on) as first_referred_on,
    max(referrals.counted_on) as last_referred_on,
    string_agg(distinct teams.team_name, ', ' order by teams.team_name) as teams
from release.marts.fct_repeat_referrals as referrals
left join release.marts.dim_team as teams on referrals.team_id = teams.team_id
where
    referrals.outcome = 'yes'
    and referrals.reporting_month
    > (select max(reporting_month) - interval 12 month from release.marts.dim_month)
group by referrals.person_id
order by repeat_referrals desc, last_referred_on desc, referrals.person_id
limit 20
