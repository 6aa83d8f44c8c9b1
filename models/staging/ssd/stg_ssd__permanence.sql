-- One row per child's record of permanence: placements for adoption and orders made.
select
    perm_table_id as permanence_id,
    perm_person_id as person_id,
    cast(perm_placed_ffa_cp_date as date) as placed_in_fostering_for_adoption_on,
    cast(perm_permanence_order_date as date) as order_made_on,
    case
        when upper(trim(perm_permanence_order_type)) in ('E11', 'E12')
        then 'adoption'
        when perm_permanence_order_type ilike '%adoption%'
        then 'adoption'
        when
            upper(trim(perm_permanence_order_type))
            in ('E43', 'E44', 'E45', 'E46', 'E47', 'E48', 'SGO')
        then 'special guardianship'
        when perm_permanence_order_type ilike '%special guardian%'
        then 'special guardianship'
    end as order_type
from {{ source("ssd", "ssd_permanence") }}
