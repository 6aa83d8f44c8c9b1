-- One row per child, kind of permanence and day on which it came about.
with
    events as (
        select
            permanence_id,
            person_id,
            'fostering for adoption' as event,
            placed_in_fostering_for_adoption_on as happened_on
        from {{ ref("stg_ssd__permanence") }}
        union all
        select
            permanence_id, person_id, order_type as event, order_made_on as happened_on
        from {{ ref("stg_ssd__permanence") }}
    )

select event, person_id, happened_on, min(permanence_id) as permanence_id
from events
where event is not null and happened_on is not null
group by event, person_id, happened_on
