-- One row per review of an exclusion by one body.
select review_id, exclusion_id, body, referred_on, decided_on, decision
from {{ ref("stg_local__exclusion_reviews") }}
