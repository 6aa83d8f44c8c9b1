-- What did landing reject, from which tables and for what reason?
select
    rejected.source_table,
    rejected.column_name,
    rejected.reason,
    count(distinct rejected.source_line) as rejected_rows,
    any_value(landed.accepted_rows) as accepted_rows
from release.marts.rejected_rows as rejected
left join
    (
        select source_table, sum(row_count) as accepted_rows
        from release.marts.row_accounting
        where account = 'landing' and fate = 'accepted'
        group by source_table
    ) as landed
    on rejected.source_table = landed.source_table
group by rejected.source_table, rejected.column_name, rejected.reason
order by rejected_rows desc, rejected.source_table
