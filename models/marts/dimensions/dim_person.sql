-- One row per person known to the council, without a name.
select
    people.person_id,
    people.born_on,
    people.is_birth_expected,
    people.died_on,
    case people.sex_code when 'F' then 'female' when 'M' then 'male' end as sex,
    people.ethnicity_code,
    ethnicities.ethnic_group as ethnicity
from {{ ref("int_people") }} as people
left join
    {{ ref("ethnicities") }} as ethnicities
    on people.ethnicity_code = ethnicities.ethnicity_code
