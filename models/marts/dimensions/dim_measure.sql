-- One row per measure of the register, live, planned or retired.
select
    measure_id,
    version,
    section,
    title,
    statistics,
    unit_counted,
    denominator_rule,
    numerator_rule,
    month_rule,
    kind,
    better,
    matures_after_days,
    decimals,
    comparator,
    paragraph,
    owner,
    status
from {{ ref("measures") }}
