-- One row per person's record of special educational needs.
select send_table_id as send_id, send_person_id as person_id
from {{ source("ssd", "ssd_send") }}
