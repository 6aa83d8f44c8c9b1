-- One row per missing episode started.
select
    'missing_episodes' as measure_id,
    months.reporting_month,
    episodes.missing_episode_id as unit_id,
    episodes.person_id,
    cast(null as varchar) as team_id,
    case when episodes.is_return_interview_accepted then 'yes' else 'no' end as outcome,
    case
        when episodes.is_return_interview_accepted
        then 'return interview accepted'
        when not episodes.is_return_interview_accepted
        then 'return interview not accepted'
        else 'not recorded'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    ['episodes started'] as populations,
    episodes.started_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_missing' as source_table,
    episodes.missing_episode_id as source_id
from {{ ref("int_missing_episodes") }} as episodes
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("episodes.started_on") }} = months.reporting_month
