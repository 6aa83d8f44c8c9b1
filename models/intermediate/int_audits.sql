-- One row per practice audit, with the grade that stands: the moderated one, else the
-- first.
select
    audit_id,
    person_id,
    service,
    commissioned_on,
    completed_on,
    coalesce(moderated_grade, first_grade) as grade
from {{ ref("stg_local__audits") }}
