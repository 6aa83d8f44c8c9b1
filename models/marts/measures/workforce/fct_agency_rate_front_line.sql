-- One row per month and part of a front-line post, and again for each held part on the
-- basis of what permanent staff hold, of which agency staff are no part.
select
    'agency_rate_front_line' as measure_id,
    reporting_month,
    case
        when basis = 'all posts' then part_id else 'permanent:' || part_id
    end as unit_id,
    cast(null as varchar) as person_id,
    team_id,
    case
        state
        when 'full-time equivalent not recorded'
        then 'excluded'
        when 'held by agency staff'
        then 'yes'
        else 'no'
    end as outcome,
    state as reason,
    case
        basis when 'all posts' then full_time_equivalent else permanent_fte
    end as weight,
    agency_fte as amount,
    [basis] as populations,
    month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    source_table,
    source_id
from {{ ref("int_post_parts_at_month_end") }}
cross join (values ('all posts'), ('permanent establishment')) as bases(basis)
where is_front_line and (basis = 'all posts' or agency_fte + permanent_fte > 0)
