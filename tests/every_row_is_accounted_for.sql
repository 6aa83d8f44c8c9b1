-- One row per table or measure that has landed rows without a fate, units without a
-- landed row, or no account at all although it counts units. A table may be empty,
-- and then there is nothing to account for.
select coalesce(measure_id, account) as account_of, source_table, fate, row_count
from {{ ref("row_accounting") }}
where fate in ('unaccounted', 'unit without a landed row') and row_count > 0
union all
select measures.measure_id, null, 'no account', null
from {{ ref("measures") }} as measures
anti join {{ ref("row_accounting") }} as accounts using (measure_id)
where
    measures.status = 'live'
    and measures.measure_id
    in (select measure_id from {{ ref("measure_rows") }} where outcome <> 'excluded')
