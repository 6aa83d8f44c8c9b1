-- One row per spell of a legal status of a looked-after child.
select legal_status_id, person_id, legal_status_code, started_on, ended_on
from {{ ref("stg_ssd__legal_statuses") }}
