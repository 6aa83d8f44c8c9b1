"""Which source rows were in the extract that the other of two releases read."""

from typing import TYPE_CHECKING

from runner.home import Home
from runner.landing.contract import load_contract
from runner.readers.source_rows import latest_state_tables

if TYPE_CHECKING:
    import duckdb

WANTED = """
    create or replace temp table source_keys as
    select
        after.outcome is null as is_new,
        coalesce(after.source_table, before.source_table) as source_table,
        coalesce(after.source_id, before.source_id) as source_id,
        reporting_month
    from changed_rows
    where before.outcome is null or after.outcome is null
"""

READ_FROM = """
    select distinct
        wanted.is_new,
        wanted.source_table,
        case
            when list_contains($latest_states, wanted.source_table)
            then coalesce(months.state_as_at, releases.as_at)
            else releases.as_at
        end as extract
    from source_keys as wanted
    inner join
        (
            select false as is_new, max(as_at) as as_at from before.marts.dim_month
            union all
            select true, max(as_at) from after.marts.dim_month
        ) as releases using (is_new)
    left join
        (
            select false as is_new, reporting_month, state_as_at from before.marts.dim_month
            union all
            select true, reporting_month, state_as_at from after.marts.dim_month
        ) as months using (is_new, reporting_month)
    order by all
"""

HELD = """
    insert into held_keys
    select $is_new, $table, wanted.source_id, wanted.reporting_month
    from source_keys as wanted
    semi join ({held}) as held on wanted.source_id = held.source_id {and_month}
    where wanted.is_new = $is_new and wanted.source_table = $table
"""


def find_source_keys(connection: "duckdb.DuckDBPyConnection", home: Home) -> None:
    """Makes the table `source_keys`: what the other extract holds of the units that one release alone counts.

    Where that extract is not landed here, what the other release proves any unit with is what it held. Of a
    table that holds only the latest state, the extract is the one that the month's state was read from.

    Args:
        connection: Has the releases attached as `before` and `after`, and the table `changed_rows`.
        home: Where extracts are landed.
    """
    connection.execute(WANTED)
    connection.execute("create or replace temp table held_keys as from source_keys limit 0")
    contract = load_contract().tables
    read_from = connection.execute(READ_FROM, {"latest_states": sorted(latest_state_tables())}).fetchall()
    for is_new, table, extract in read_from:
        file = home.landing / f"{extract}" / f"{table}.parquet"
        asked = {"is_new": is_new, "table": table}
        if table in contract and file.is_file():
            key, *more = contract[table].key
            # A table that is keyed by id and month has its row of the unit's month.
            months = [f"date_trunc('month', \"{column}\")" for column in more]
            held = f'select "{key}" as source_id, {(months or ["null"])[0]} as month from read_parquet($file)'
            asked["file"] = str(file)
        else:
            release = "after" if is_new else "before"
            months, held = (
                [],
                f"select source_id from {release}.marts.measure_rows where source_table = $table",
            )
        and_month = "and wanted.reporting_month = held.month" if months else ""
        connection.execute(HELD.format(held=held, and_month=and_month), asked)
    connection.execute("create or replace temp table source_keys as from held_keys")
