-- One row per pathway plan or review of one.
select
    path_plan_id as pathway_plan_id,
    path_person_id as person_id,
    cast(path_plan_date as date) as planned_on
from {{ source("local", "local_pathway_plans") }}
