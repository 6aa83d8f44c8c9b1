-- One row per month and person with a placement open at the month's end: the one that
-- started last. A placement for adoption is one settled stay with the placement it
-- followed on from.
with
    placements as (
        select
            placements.*,
            case
                when
                    placement_type in ('A3', 'A4', 'A5', 'A6')
                    and started_on <= lag(ended_on) over child_placements
                then lag(started_on) over child_placements
                else started_on
            end as settled_since,
            -- The outward code, without the three characters of the inward one.
            regexp_extract(
                replace(postcode, ' ', ''),
                '^([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})?$',
                1
            ) as postcode_district,
            regexp_extract(postcode, '^[A-Z]+') as postcode_area
        from {{ ref("int_placements") }} as placements
        window
            child_placements as (
                partition by person_id order by started_on, placement_id
            )
    )

select
    placements.reporting_month,
    placements.month_end,
    placements.person_id,
    placements.placement_id,
    placements.placement_type,
    placements.started_on,
    placements.settled_since,
    placements.postcode,
    case
        when placements.postcode is not null
        then coalesce(districts.is_inside, areas.is_inside, false)
    end as is_in_council_area
from ({{ open_at_month_ends("placements") }}) as placements
left join
    {{ ref("council_area") }} as districts
    on placements.postcode_district = districts.postcode_prefix
left join
    {{ ref("council_area") }} as areas
    on placements.postcode_area = areas.postcode_prefix
qualify
    row_number() over (
        partition by placements.reporting_month, placements.person_id
        order by placements.started_on desc, placements.placement_id desc
    )
    = 1
