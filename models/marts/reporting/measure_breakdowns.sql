-- One row per measure, statistic, month, population, dimension and member: the
-- figures, broken down.
select
    measure_id,
    statistic,
    reporting_month,
    population,
    dimension,
    member,
    numerator,
    denominator,
    value,
    value_shown,
    status,
    definition_version
from {{ ref("measure_values") }}
where dimension <> 'all'
