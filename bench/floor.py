"""The floor: a build's compiled SQL, and its checks, as one plain DuckDB script.

Run as `python bench/floor.py MANIFEST LANDING AS_AT MONTH FOLDER`: makes every seed, model and check of the
manifest in order, over the same landed files, in the same two new DuckDB files. What a refresh costs beyond
this is ours.
"""

import json
import sys
from graphlib import TopologicalSorter
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def source_view(source: dict, landing: Path, as_at: str) -> str:
    """The statement that makes one landed table readable, as the project's hook does."""
    table = source["identifier"]
    if not source["config"].get("meta", {}).get("every_extract"):
        return (
            f"create view landing.{table} as select * from read_parquet('{landing}/{as_at}/{table}.parquet')"
        )
    extract = "split_part(filename, '/', -2)"
    return (
        f"create view landing.{table} as "
        f"select * exclude (filename), cast({extract} as date) as extract_as_at "
        f"from read_parquet('{landing}/*/{table}.parquet', filename = true) "
        f"where try_cast({extract} as date) <= date '{as_at}'"
    )


def node_statement(node: dict) -> str:
    """The statement that makes one seed or model, or runs one check."""
    relation = node["relation_name"]
    if node["resource_type"] == "seed":
        types = ", ".join(f"'{column}': '{kind}'" for column, kind in node["config"]["column_types"].items())
        typed = f", types = {{{types}}}" if types else ""
        file = PROJECT / node["original_file_path"]
        return f"create table {relation} as select * from read_csv('{file}', header = true{typed})"
    if node["resource_type"] == "model":
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        return f"create {kind} {relation} as {node['compiled_code']}"
    return node["compiled_code"]


def statements(manifest: dict, landing: Path, as_at: str, month: str) -> list[str]:
    """The build as plain SQL: the extract's views, then seeds, models and checks in order.

    Args:
        manifest: dbt's manifest.json after `dbt compile`.
        landing: The folder of landed extracts.
        as_at: The extract's date.
        month: First day of the last month to report.
    """
    schemas = ("landing", "seeds", "staging", "intermediate", "release.marts")
    script = [f"create schema {schema}" for schema in schemas]
    script.append(
        f"create table landing.extract as select date '{as_at}' as as_at, date '{month}' as reporting_month"
    )
    sources = [source for source in manifest["sources"].values() if source["source_name"] != "landing"]
    script += [source_view(source, landing, as_at) for source in sources]
    wanted = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("seed", "model", "test")
    }
    graph = {
        name: [on for on in node["depends_on"].get("nodes", []) if on in wanted]
        for name, node in wanted.items()
    }
    return script + [node_statement(wanted[name]) for name in TopologicalSorter(graph).static_order()]


def main() -> None:
    """Runs the script; the arguments are those of the module's first paragraph."""
    import duckdb

    manifest, landing, as_at, month, folder = sys.argv[1:]
    with duckdb.connect(f"{folder}/build.duckdb") as connection:
        connection.execute(f"attach '{folder}/marts.duckdb' as release (storage_version 'v1.1.0')")
        connection.execute("set threads = 1")  # as the project's profile does
        for statement in statements(json.loads(Path(manifest).read_text()), Path(landing), as_at, month):
            connection.execute(statement).fetchall()


if __name__ == "__main__":
    main()
