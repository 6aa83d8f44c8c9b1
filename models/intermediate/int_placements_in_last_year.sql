-- One row per month and child with a placement in the 12 months to the month's end, and
-- how many there were: of a day or more, by the rules that the register sets.
with
    rules as (
        select
            bool_or(
                parameter = 'counts temporary placements' and setting = 'Y'
            ) as counts_temporary_placements,
            bool_or(
                parameter = 'counts moves with the same carer' and setting = 'Y'
            ) as counts_moves_with_the_same_carer
        from {{ ref("parameters") }}
        where measure_id = 'cla_three_plus_placements'
    ),

    -- Placements with the same carer (URN), one after the other, are one stay.
    placements as (
        select
            placements.*,
            placements.urn is distinct from lag(placements.urn) over (
                partition by placements.person_id
                order by placements.started_on, placements.placement_id
            )
            or placements.urn is null
            or rules.counts_moves_with_the_same_carer as starts_a_stay
        from {{ ref("int_placements") }} as placements
        cross join rules
        where
            (placements.ended_on is null or placements.ended_on > placements.started_on)
            and (
                rules.counts_temporary_placements
                or coalesce(placements.placement_type, '')
                not in ('T0', 'T1', 'T2', 'T3', 'T4')
            )
    ),

    numbered_placements as (
        select
            placements.*,
            sum(case when starts_a_stay then 1 else 0 end) over (
                partition by person_id order by started_on, placement_id
            ) as stay
        from placements
    ),

    -- Kept in view for a year after its end, and a day: a month's length may vary.
    stays as (
        select
            person_id,
            stay,
            min(started_on) as started_on,
            case when bool_and(ended_on is not null) then max(ended_on) end as left_on,
            {{ months_after("left_on", 12) }} + 1 as ended_on
        from numbered_placements
        group by person_id, stay
    )

select reporting_month, person_id, count(stay) as placements
from ({{ open_at_month_ends("stays") }}) as stays
where left_on is null or left_on > {{ months_before("month_end", 12) }}
group by reporting_month, person_id
