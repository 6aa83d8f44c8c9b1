"""The pages of a release's lineage: one for each table, one for the source, one to start from."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from runner.lineage.lineage import FACT, MARTS, Lineage
from runner.lineage.project import as_json
from runner.lineage.show import gathered, told

FOLDER = "lineage"
SOURCES = "sources.html"
LAYERS = {
    MARTS: "Published tables",
    "intermediate": "Intermediate tables: episodes, clocks and figures",
    "staging": "Staging: source tables, renamed and decoded",
}
"""The tables that have pages, in the order in which they are listed."""

LISTED = 12
"""Of more columns or measures than so many, a page names the first few and says how many there are."""

FEW = 4

CODE = re.compile(r"`([^`]*)`")

Write = Callable[..., None]
"""Writes a page by a template: `write("lineage/index.html", "lineage_index.html", ...)`."""


def write_pages(lineage: Lineage, folder: Path, measures: Iterable[str], write: Write) -> None:
    """Writes the pages of a release's lineage, and `lineage.json`.

    Args:
        lineage: That of the release.
        folder: The folder of the site's pages.
        measures: The measures that have pages.
        write: Writes a page by a template.
    """
    (folder / FOLDER).mkdir(exist_ok=True)
    (folder / FOLDER / "lineage.json").write_text(as_json(lineage.tables), encoding="utf-8")
    pages = _Pages(lineage, set(measures))
    layers = {
        title: [pages.summary(name) for name in sorted(lineage.tables) if pages.layer(name) == layer]
        for layer, title in LAYERS.items()
    }
    counts = {
        "tables": sum(map(len, layers.values())),
        "columns": sum(len(lineage.tables[name]["columns"]) for name in pages.names),
        "inexact": len(lineage.inexact()),
    }
    write(f"{FOLDER}/index.html", "lineage_index.html", layers=layers, counts=counts)
    write(f"{FOLDER}/{SOURCES}", "lineage_sources.html", sources=pages.sources())
    for name in pages.names:
        write(f"{FOLDER}/{name}.html", "lineage_table.html", table=pages.table(name))


class _Pages:
    """What each page says, with its links."""

    def __init__(self, lineage: Lineage, measures: set[str]) -> None:
        self.lineage = lineage
        self.measures = measures
        self.names = [name for name in sorted(lineage.tables) if self.layer(name) in LAYERS]
        self.readers: dict[str, list[str]] = {}
        for name in self.names:
            for read in lineage.tables[name]["reads"]:
                self.readers.setdefault(read, []).append(name)

    def layer(self, name: str) -> str:
        return self.lineage.tables[name]["layer"]

    def summary(self, name: str) -> dict[str, Any]:
        table = self.lineage.tables[name]
        return {
            "name": name,
            "meaning": _plain(table["meaning"]) or _grain(table["sql"]),
            "columns": len(table["columns"]),
        }

    def table(self, name: str) -> dict[str, Any]:
        table = self.lineage.tables[name]
        measure = name.removeprefix(FACT)
        return {
            "name": name,
            "meaning": _plain(table["meaning"]),
            "grain": _grain(table["sql"]),
            "path": table["path"],
            "measure": measure if measure != name and measure in self.measures else None,
            "reads": [self._link(read) for read in table["reads"]],
            "readers": [self._link(reader) for reader in self.readers.get(name, ())],
            "columns": [self._column(name, column) for column in table["columns"]],
            "conditions": [
                {
                    "text": told(condition),
                    "within": condition["within"],
                    "reads": self._some(condition["reads"]),
                }
                for condition in table["conditions"]
            ],
            "row_sources": self._ends(self.lineage.row_sources(name)),
            "sql": table["sql"],
        }

    def sources(self) -> list[dict[str, Any]]:
        """Every table of the source and every seed, with what each column makes and changes."""
        return [
            {
                "name": name,
                "meaning": _plain(table["meaning"]),
                "has_meanings": any(made["meaning"] for made in table["columns"].values()),
                "path": table["path"],
                "columns": [self._source_column(f"{name}.{column}") for column in table["columns"]],
            }
            for name, table in sorted(self.lineage.tables.items())
            if self.lineage.is_source(name)
        ]

    def _source_column(self, column: str) -> dict[str, Any]:
        measures = self.lineage.measures(column)
        reached = [f"{FACT}{measure}" for measure in measures] or sorted(
            table for table in self.lineage.reached(column) if self.layer(table) == MARTS
        )
        return {
            "name": column.partition(".")[2],
            "meaning": self.lineage.column(column)["meaning"],
            "makes": self._some(self.lineage.makes(column)),
            "decides": self._some(self.lineage.decides(column)),
            "changes": self._some(reached),
            "measures": len(measures),
        }

    def _column(self, table: str, name: str) -> dict[str, Any]:
        column = f"{table}.{name}"
        made = self.lineage.column(column)
        return {
            **made,
            "name": name,
            "meaning": _plain(made["meaning"]),
            "made_of": self._some(made["made_of"]),
            "ends": [] if made["is_constant"] else self._ends(self.lineage.sources(column)),
            "makes": self._some(self.lineage.makes(column)),
        }

    def _some(self, names: list[str]) -> dict[str, Any]:
        """Links to columns or tables; of many, the first few and how many more there are."""
        listed = names if len(names) <= LISTED else names[:FEW]
        return {"links": [self._link(name) for name in listed], "more": len(names) - len(listed)}

    def _link(self, name: str) -> tuple[str, str | None]:
        """A table or column and the place that tells of it; none for what has no page."""
        table, _, column = name.partition(".")
        if table not in self.lineage.tables:
            return name, None
        if self.lineage.is_source(table):
            return name, f"{SOURCES}#{table}"
        return name, f"{table}.html#{column}" if column else f"{table}.html"

    def _ends(self, names: Iterable[str]) -> list[tuple[str, str | None, str]]:
        """Where columns end, a table each: its name, its place, and the columns."""
        return [
            (table, self._link(table)[1], ", ".join(columns)) for table, columns in gathered(names).items()
        ]


def _plain(text: str) -> str:
    """Text without the marks that dbt's documents set code with."""
    return CODE.sub(r"\1", text)


def _grain(sql: str | None) -> str:
    """What one row of a model is: the comment that its SQL starts with."""
    lines = []
    for line in (sql or "").splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)
