-- One row per unbroken stretch of short breaks (legal status V3 or V4) of a child.
with
    short_breaks as (
        select legal_status_id, person_id, started_on, ended_on
        from {{ ref("int_legal_statuses") }}
        where
            legal_status_code in ('V3', 'V4')
            and (ended_on is null or ended_on > started_on)
    )

select
    person_id,
    min(started_on) as started_on,
    case when bool_and(ended_on is not null) then max(ended_on) end as ended_on
from ({{ joined_spells("short_breaks", "legal_status_id", "stretch") }}) as joined
group by person_id, stretch
