-- One row per measure, statistic, month and population: the figures.
select
    measure_id,
    statistic,
    reporting_month,
    population,
    numerator,
    denominator,
    value,
    value_shown,
    status,
    definition_version
from {{ ref("measure_values") }}
where dimension = 'all'
