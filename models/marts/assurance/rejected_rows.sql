-- One row per fault for which a landed row was rejected.
-- A value is shown only where it is a date or a number in a column of event dates:
-- anything else may tell who somebody is. The landing folder keeps the values.
select
    "table" as source_table,
    source_line,
    "column" as column_name,
    reason,
    case
        when
            "column" like '%_date'
            and "column" not like 'pers_%'
            and regexp_full_match(value, '[0-9 :/.TZ+-]{1,30}')
        then value
    end as value
from {{ source("landing", "rejected") }}
