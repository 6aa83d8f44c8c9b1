"""What is otherwise in one landed extract than in another: rows new, changed and gone, and their months."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runner.building.extracts import Extract
from runner.landing.contract import Table, load_contract
from runner.landing.values import named, quoted

if TYPE_CHECKING:
    import duckdb

FATES = ("new", "changed", "gone")
LINE = "source_line"
"""Where a row stood in its file: no part of what it says."""

CREATE = """
    create temp table changed_rows (
        source_table varchar, source_id varchar, fate varchar, months date[]
    )
"""

FIND = """
    insert into changed_rows
    select
        {table},
        cast(coalesce(now_key[1], earlier_key[1]) as varchar),
        case when earlier_key is null then 'new' when now_key is null then 'gone' else 'changed' end as fate,
        list_distinct(
            list_filter(if(len({moved}) = 0, {otherwise}, {moved}), lambda month: month is not null)
        )
    from
        (
            select {key} as now_key, hash({columns}) as now_content, {now_dates}
            from read_parquet({now})
        ) as now
    full join
        (
            select {key} as earlier_key, hash({columns}) as earlier_content, {earlier_dates}
            from read_parquet({earlier})
        ) as earlier on now_key = earlier_key
    where now_content is distinct from earlier_content
"""


@dataclass(frozen=True)
class TableChange:
    """How many rows of a table are new, changed and gone."""

    table: str
    new: int
    changed: int
    gone: int


def find_changed_rows(
    connection: "duckdb.DuckDBPyConnection", now: Extract, earlier: Extract
) -> list[TableChange]:
    """Makes the temporary table `changed_rows` (source_table, source_id, fate, months) and counts it.

    A row's months are those of its dates that are new or changed, else the month in which it started. Rows
    are told apart by the keys of the contract; a table whose file is the same in both extracts is not read.

    Args:
        connection: In memory; nothing else is read by it than the two extracts' files.
        now: The extract that is looked at.
        earlier: The extract that it is compared with.
    """
    connection.execute(CREATE)
    hashes = [_hashes(extract) for extract in (now, earlier)]
    for name, table in load_contract().tables.items():
        files = [extract.folder / f"{name}.parquet" for extract in (now, earlier)]
        if all(name in known for known in hashes) and hashes[0][name] != hashes[1][name]:
            _find(connection, table, *files)
    counted = ", ".join(f"count(source_id) filter (where fate = '{fate}')" for fate in FATES)
    return [
        TableChange(*row)
        for row in connection.execute(
            f"select source_table, {counted} from changed_rows group by all order by source_table"
        ).fetchall()
    ]


def _hashes(extract: Extract) -> dict[str, str]:
    tables = json.loads(extract.manifest.read_text(encoding="utf-8"))["tables"]
    return {table: facts["parquet_sha256"] for table, facts in tables.items()}


def _find(connection: "duckdb.DuckDBPyConnection", table: Table, now: Path, earlier: Path) -> None:
    """Adds one table's changed rows."""
    held = [
        {
            name
            for name, *_ in connection.execute(f"describe from read_parquet({quoted(str(file))})").fetchall()
        }
        for file in (now, earlier)
    ]
    columns = [name for name in table.names if name in held[0] & held[1]]
    dates = [column.name for column in table.columns if column.type == "date" and column.name in columns]
    months = {
        side: [f"date_trunc('month', {named(name)}) as {side}_{place}" for place, name in enumerate(dates)]
        for side in ("now", "earlier")
    }
    moved = [
        f"if(now_{place} is distinct from earlier_{place}, [now_{place}, earlier_{place}], [])"
        for place in range(len(dates))
    ]
    started = dates.index(table.started_on) if table.started_on in dates else 0
    connection.execute(
        FIND.format(
            table=quoted(table.name),
            key=f"[{', '.join(f'cast({named(name)} as varchar)' for name in table.key)}]",
            columns=", ".join(named(name) for name in columns),
            now=quoted(str(now)),
            earlier=quoted(str(earlier)),
            now_dates=", ".join(months["now"]) or "null as now_0",
            earlier_dates=", ".join(months["earlier"]) or "null as earlier_0",
            moved=f"list_concat({', '.join(moved)})" if moved else "[]",
            otherwise=f"[coalesce(now_{started}, earlier_{started})]" if dates else "[]",
        )
    )
