"""The project's own columns and where each comes from, one step back, read from its compiled SQL.

What is made here depends on the project's code alone, not on any data: it is kept under the
hash of that code, and one serves every month.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from runner.files import OWNER_ONLY, PRIVATE_FILE, sha256_of, write_whole
from runner.home import PROJECT
from runner.landing.contract import load_contract
from runner.lineage.lineage import MARTS, Lineage, Tables
from runner.lineage.made import Condition, Made, Statement
from runner.lineage.wording import readable

ADDED = Path(__file__).with_name("added.csv")
REJECTED = {
    "table": "The landed table.",
    "source_line": "The line of the file that was landed.",
    "column": "The column at fault.",
    "value": "What it held.",
    "reason": "Why the row was rejected.",
}
"""The columns of an extract's rejected.parquet; dbt's sources do not list them."""

LANDED_LINE = "The line of the row in the file that was landed."
LANDED_ON = "The date of the extract that the row is from."


def kept_lineage(manifest: Any, project: Path, folder: Path, dbt_hash: str) -> Path:
    """The lineage of a project: read from its compiled SQL now, or as it was kept for the same code.

    Args:
        manifest: dbt's manifest after a build, with the compiled SQL of every model.
        project: The folder of dbt_project.yml.
        folder: Where it is kept, beside the parsed project.
        dbt_hash: The hash of what dbt parses (`runner.building.code.dbt_hash`).

    Returns:
        The file, as it goes into a release.
    """
    code = "".join(sha256_of(path) for path in sorted(Path(__file__).parent.glob("*.[pc]*")))
    made_of = f"{dbt_hash}{load_contract().version}{code}"
    kept = folder / f"lineage-{hashlib.sha256(made_of.encode()).hexdigest()}.json"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        for earlier in folder.glob("*lineage-*.json*"):
            earlier.unlink()
        write_whole(kept, as_json(read_tables(manifest, project)), PRIVATE_FILE)
    return kept


def as_json(tables: Tables) -> str:
    """Tables as `lineage.json` holds them: one line each, what is published with what it comes from."""
    lineage = Lineage(tables)
    lines = []
    for name, table in tables.items():
        told = dict(table)
        if table["layer"] == MARTS:
            told["columns"] = {
                column: made | {"sources": sorted(lineage.sources(f"{name}.{column}"))}
                for column, made in table["columns"].items()
            }
            told["row_sources"] = sorted(lineage.row_sources(name))
        lines.append(f"{json.dumps(name)}: {json.dumps(told, ensure_ascii=False)}")
    return '{"tables": {\n' + ",\n".join(lines) + "\n}}\n"


def read_tables(manifest: Any, project: Path = PROJECT) -> Tables:
    """Every table of a built project, each column with how it is made and of what, one step back.

    Args:
        manifest: dbt's manifest after a build, as it is in memory or as manifest.json has it.
        project: The folder of dbt_project.yml.

    Raises:
        KeyError: A model reads a table that the project does not have.
    """
    nodes = list(_of(manifest, "nodes").values())
    models = {_of(node, "name"): node for node in nodes if _of(node, "resource_type") == "model"}
    tables = _source_tables(_of(manifest, "sources").values())
    tables |= _seed_tables((node for node in nodes if _of(node, "resource_type") == "seed"), project)

    def columns_of(name: str) -> Iterable[str]:
        if name not in tables:
            tables[name] = _model_table(models[name], columns_of)
        return tables[name]["columns"]

    for name in models:
        columns_of(name)
    return tables | _added_tables()


def _of(node: Any, key: str) -> Any:
    """A field of dbt's manifest, in memory or read from JSON."""
    return node[key] if isinstance(node, dict) else getattr(node, key)


def _table(layer: str, meaning: str, path: str, columns: dict[str, str]) -> dict[str, Any]:
    """A table that no SQL of the project makes, with what each column means."""
    return {
        "layer": layer,
        "path": path,
        "meaning": meaning,
        "reads": [],
        "columns": {name: {"meaning": meaning, "made_of": []} for name, meaning in columns.items()},
        "conditions": [],
        "sql": None,
    }


def _source_tables(sources: Iterable[Any]) -> Tables:
    contract = load_contract().tables
    tables = {}
    for source in sources:
        name = _of(source, "identifier")
        if name in contract:
            columns = {column.name: column.meaning for column in contract[name].columns}
            columns["source_line"] = LANDED_LINE
            config = _of(source, "config")
            if (_of(config, "meta") or {}).get("every_extract"):
                columns["extract_as_at"] = LANDED_ON
        elif name == "rejected":
            columns = REJECTED
        else:
            columns = {
                column: _of(described, "description") for column, described in _of(source, "columns").items()
            }
        tables[name] = _table(
            "source", _of(source, "description"), _of(source, "original_file_path"), columns
        )
    return tables


def _seed_tables(seeds: Iterable[Any], project: Path) -> Tables:
    tables = {}
    for seed in seeds:
        path = _of(seed, "original_file_path")
        with (project / path).open(encoding="utf-8", newline="") as file:
            names = next(csv.reader(file))
        described = _of(seed, "columns")
        columns = {name: _of(described[name], "description") if name in described else "" for name in names}
        tables[_of(seed, "name")] = _table("seed", _of(seed, "description"), path, columns)
    return tables


def _model_table(node: Any, columns_of: Callable[[str], Iterable[str]]) -> dict[str, Any]:
    """A model as its SQL makes it; where its SQL cannot be told, by a rule that is marked as inexact."""
    from sqlglot.errors import SqlglotError

    from runner.lineage.statement import read_statement

    described, sql = _of(node, "columns"), _of(node, "compiled_code")
    table = _table(_of(node, "schema"), _of(node, "description"), _of(node, "original_file_path"), {})
    try:
        read = read_statement(sql, columns_of)
    except (SqlglotError, LookupError, ValueError, TypeError, AttributeError):
        read = _all_of_all(described, _of(_of(node, "depends_on"), "nodes"), columns_of)
    for name, made in read.columns.items():
        table["columns"][name] = {
            "meaning": _of(described[name], "description") if name in described else "",
            "expression": made.expression,
            "within": made.within,
            "steps": [
                {"name": f"{step.within}.{step.name}", "expression": step.expression}
                for step in made.steps()
                if step.within
            ],
            "made_of": sorted(made.reads),
            "is_constant": made.is_constant,
            "is_inexact": made.is_inexact,
        }
    table["conditions"] = [
        {
            "kind": condition.kind,
            "within": condition.within,
            "text": condition.text,
            "reads": sorted(condition.reads),
            "is_inexact": condition.is_inexact,
        }
        for condition in read.conditions
    ]
    return table | {"reads": list(read.tables), "sql": readable(sql)}


def _all_of_all(
    columns: Iterable[str], depends_on: Iterable[str], columns_of: Callable[[str], Iterable[str]]
) -> Statement:
    """The rule for SQL that cannot be told: each column is made of every column of what the model reads."""
    tables = dict.fromkeys(unique_id.rsplit(".", 1)[1] for unique_id in depends_on)
    reads = frozenset(f"{table}.{column}" for table in tables for column in columns_of(table))
    made = Made("not told: made by the model's SQL as a whole", reads, is_inexact=True)
    condition = Condition("rows", "", "not told: by the model's SQL as a whole", reads, is_inexact=True)
    return Statement(dict.fromkeys(columns, made), [condition], tables)


def _added_tables() -> Tables:
    """The tables that the runner adds to a release, as `added.csv` declares them."""
    tables: Tables = {}
    with ADDED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table = tables.setdefault(row["table"], _table(MARTS, "", "runner", {}))
            made_of = row["made_of"].split()
            if row["column"]:
                table["columns"][row["column"]] = {
                    "meaning": "",
                    "expression": row["made_by"],
                    "within": "",
                    "steps": [],
                    "made_of": made_of,
                    "is_constant": not made_of,
                    "is_inexact": False,
                }
            else:
                table["conditions"].append(
                    {
                        "kind": "rows",
                        "within": "",
                        "text": row["made_by"],
                        "reads": made_of,
                        "is_inexact": False,
                    }
                )
            read = [name.partition(".")[0] for name in made_of if "." in name]
            table["reads"] = list(dict.fromkeys([*table["reads"], *read]))
    return tables
