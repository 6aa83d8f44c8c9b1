-- One row per permanent exclusion.
select exclusion_id, pupil_id, excluded_on from {{ ref("stg_local__exclusions") }}
