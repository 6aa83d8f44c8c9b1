-- One row per month and part of a social-work post.
select
    'agency_rate_all_teams' as measure_id,
    reporting_month,
    part_id as unit_id,
    cast(null as varchar) as person_id,
    team_id,
    case
        when state = 'full-time equivalent not recorded'
        then 'excluded'
        when state = 'held by agency staff'
        then 'yes'
        else 'no'
    end as outcome,
    state as reason,
    full_time_equivalent as weight,
    cast(null as double) as amount,
    case
        when state in ('held by agency staff', 'held by permanent staff')
        then ['all posts', 'DfE basis']
        else ['all posts']
    end as populations,
    month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    source_table,
    source_id
from {{ ref("int_post_parts_at_month_end") }}
