-- One row per month and child looked after at its end.
select
    'cla_placed_in_county' as measure_id,
    care.reporting_month,
    care.person_id as unit_id,
    care.person_id,
    care.team_id,
    case
        when placements.is_in_council_area
        then 'yes'
        when not placements.is_in_council_area
        then 'no'
        else 'excluded'
    end as outcome,
    case
        when placements.is_in_council_area
        then 'inside the council''s area'
        when not placements.is_in_council_area
        then 'outside the council''s area'
        when placements.placement_id is null
        then 'no placement recorded'
        else 'no postcode recorded'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    case
        when not placements.is_in_council_area then ['out of county'] else []
    end as populations,
    care.month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cla_episodes' as source_table,
    care.source_id
from {{ ref("int_looked_after_at_month_end") }} as care
left join
    {{ ref("int_placements_at_month_end") }} as placements
    on care.reporting_month = placements.reporting_month
    and care.person_id = placements.person_id
