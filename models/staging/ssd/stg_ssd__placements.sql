-- One row per placement of a looked-after child.
select
    clap_cla_placement_id as placement_id,
    clap_cla_id as cla_id,
    clap_person_id as person_id,
    cast(clap_cla_placement_start_date as date) as started_on,
    cast(clap_cla_placement_end_date as date) as ended_on,
    upper(trim(clap_cla_placement_type)) as placement_type,
    nullif(trim(clap_cla_placement_urn), '') as urn,
    nullif(trim(clap_cla_placement_provider), '') as provider_code,
    nullif(upper(trim(clap_cla_placement_postcode)), '') as postcode
from {{ source("ssd", "ssd_cla_placement") }}
