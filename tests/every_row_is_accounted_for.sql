-- One row per table or measure that has landed rows without a fate, or units without a
-- landed row.
select coalesce(measure_id, account) as account_of, source_table, fate, row_count
from {{ ref("row_accounting") }}
where fate in ('unaccounted', 'unit without a landed row') and row_count > 0
union all
select accounts.measure_id, accounts.source_table, 'not as many as accepted', null
from {{ ref("row_accounting") }} as accounts
inner join {{ source("landing", "receipts") }} as receipts using (source_table)
where
    accounts.account = 'measure'
    and accounts.fate <> 'unit without a landed row'
    -- Theirs are the rows of the extract that shows the last month's state.
    and accounts.source_table <> 'ssd_care_leavers'
group by accounts.measure_id, accounts.source_table
having sum(accounts.row_count) <> any_value(receipts.accepted)
