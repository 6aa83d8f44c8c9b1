-- One row per named population of a measure, besides `all`.
select measure_id, population, statistics, share_of, is_in_all, meaning
from {{ ref("populations") }}
