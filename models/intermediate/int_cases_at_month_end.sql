-- One row per month, worker and child with an open involvement of the worker at the
-- month's end.
select reporting_month, worker_id, person_id, min(involvement_id) as involvement_id
from
    (
        {{ open_at_month_ends("(select * from " ~ ref("int_involvements") ~ " where worker_id is not null)") }}
    ) as involvements
group by reporting_month, worker_id, person_id
