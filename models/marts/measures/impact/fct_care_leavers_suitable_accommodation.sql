-- One row per month and care leaver on record at its end.
select
    'care_leavers_suitable_accommodation' as measure_id,
    reporting_month,
    person_id as unit_id,
    person_id,
    team_id,
    case
        when left_out_reason is not null
        then 'excluded'
        when suitability_code = '1'
        then 'yes'
        else 'no'
    end as outcome,
    case
        when left_out_reason is not null
        then left_out_reason
        when suitability_code = '1'
        then 'suitable'
        when suitability_code = '2'
        then 'unsuitable'
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
