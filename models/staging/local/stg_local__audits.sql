-- One row per practice audit of a child's case.
select
    audi_audit_id as audit_id,
    audi_person_id as person_id,
    nullif(trim(audi_service), '') as service,
    cast(audi_commissioned_date as date) as commissioned_on,
    cast(audi_completed_date as date) as completed_on,
    nullif(lower(trim(audi_grade)), '') as first_grade,
    nullif(lower(trim(audi_moderated_grade)), '') as moderated_grade
from {{ source("local", "local_audits") }}
