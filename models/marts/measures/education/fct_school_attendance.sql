-- One row per month and part of a pupil's possible sessions, and one for the pupil.
select
    'school_attendance' as measure_id,
    reporting_month,
    part || ':' || pupil_id as unit_id,
    person_id,
    team_id,
    case
        when left_out_reason is not null
        then 'excluded'
        when absence_band in ('attended', 'missed fewer than 10%')
        then 'yes'
        else 'no'
    end as outcome,
    coalesce(left_out_reason, absence_band) as reason,
    cast(weight as double) as weight,
    cast(null as double) as amount,
    case
        absence_band
        when 'attended'
        then [care_status]
        when 'missed fewer than 10%'
        then {{ names_and_within("care_status", ["pupils"]) }}
        when 'missed 10% or more'
        then {{ names_and_within("care_status", ["pupils", "persistently absent"]) }}
        when 'missed 50% or more'
        then
            {{ names_and_within("care_status", ["pupils", "persistently absent", "severely absent"]) }}
        else [care_status, 'absence', absence_band]
    end as populations,
    month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'local_attendance' as source_table,
    pupil_id as source_id
from {{ ref("int_attendance") }}
