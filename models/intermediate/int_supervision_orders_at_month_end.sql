-- One row per month and child under a supervision order at the month's end.
select reporting_month, person_id, max(legal_status_id) as legal_status_id
from
    (
        {{ open_at_month_ends("(select * from " ~ ref("int_legal_statuses") ~ " where legal_status_code = 'SO' or legal_status_code like '%SUPERVISION ORDER%')") }}
    ) as orders
group by reporting_month, person_id
