-- One row per month and care leaver on record at its end.
select
    'care_leavers_in_touch' as measure_id,
    reporting_month,
    person_id as unit_id,
    person_id,
    team_id,
    case
        when left_out_reason is not null
        then 'excluded'
        when in_touch_code = 'YES'
        then 'yes'
        else 'no'
    end as outcome,
    case
        when left_out_reason is not null
        then left_out_reason
        when in_touch_code = 'YES'
        then 'in touch'
        when in_touch_code = 'NO'
        then 'not in touch'
        when in_touch_code = 'REFU'
        then 'refuses contact'
        when in_touch_code = 'NREQ'
        then 'no longer requires support'
        else 'not recorded'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    case when left_out_reason is null then [age_band] else [] end as populations,
    month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_care_leavers' as source_table,
    care_leaver_id as source_id
from {{ ref("int_care_leavers_at_month_end") }}
