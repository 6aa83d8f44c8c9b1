"""The floor: a build's compiled SQL, and its checks, as one plain DuckDB script.

Run as `python bench/floor.py COMPILED AS_AT MONTH FOLDER`: makes every seed, model and check of what
`dbt compile` left in COMPILED, in order, over the same landed files, in the same two new DuckDB files. What a
refresh costs beyond this is ours.
"""

import json
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

PROJECT = Path(__file__).resolve().parent.parent
SCHEMAS = ("landing", "seeds", "staging", "intermediate", "release.marts")


def landed_views(compiled: "duckdb.DuckDBPyConnection", as_at: str, month: str) -> list[str]:
    """The views that the project's hook made over the compiled extract, turned to another one.

    Args:
        compiled: The build file that `dbt compile` left.
        as_at: The extract to read.
        month: First day of the last month to report.
    """
    [(compiled_as_at,)] = compiled.execute("select cast(as_at as varchar) from landing.extract").fetchall()
    views = compiled.execute("select sql from duckdb_views() where schema_name = 'landing'").fetchall()
    [(maturity,)] = compiled.execute(
        "select sql from duckdb_tables() where schema_name = 'landing' and table_name = 'measured_maturity'"
    ).fetchall()
    extract = (
        f"create table landing.extract as select date '{as_at}' as as_at, date '{month}' as reporting_month"
    )
    return [extract, maturity, *(sql.replace(compiled_as_at, as_at) for (sql,) in views)]


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


def node_statements(manifest: dict) -> list[str]:
    """Every seed, model and check of a manifest, each after what it depends on."""
    kinds = ("seed", "model", "test")
    nodes = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] in kinds}
    graph = {
        name: [on for on in node["depends_on"].get("nodes", []) if on in nodes]
        for name, node in nodes.items()
    }
    return [node_statement(nodes[name]) for name in TopologicalSorter(graph).static_order()]


def main() -> None:
    """Runs the script; the arguments are those of the module's first paragraph."""
    import duckdb

    compiled, as_at, month, folder = sys.argv[1:]
    with duckdb.connect(f"{compiled}/build.duckdb", read_only=True) as connection:
        script = landed_views(connection, as_at, month)
    script += node_statements(json.loads(Path(compiled, "manifest.json").read_text()))
    with duckdb.connect(f"{folder}/build.duckdb") as connection:
        connection.execute(f"attach '{folder}/marts.duckdb' as release (storage_version 'v1.1.0')")
        connection.execute("set threads = 1")  # as the project's profile does
        for statement in [f"create schema {schema}" for schema in SCHEMAS] + script:
            connection.execute(statement).fetchall()


if __name__ == "__main__":
    main()
