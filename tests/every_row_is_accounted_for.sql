-- One row per table or measure that has landed rows without a fate, or units without a
-- landed row.
select coalesce(measure_id, account) as account_of, source_table, fate, row_count
from {{ ref("row_accounting") }}
where fate in ('unaccounted', 'unit without a landed row') and row_count > 0
