"""The lineage of a release: from any column back to the source, and forward to the figures."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Tables = dict[str, dict[str, Any]]
"""Tables by name; each as it stands in `lineage.json`."""

MARTS = "marts"
"""The layer that is published."""

CONSTANT = "constant: "
ROWS = "*"
FACT = "fct_"
FIGURES = "measure_results"


@dataclass
class Lineage:
    """Tables by name, and what follows from what each is made of, one step back."""

    tables: Tables

    def __post_init__(self) -> None:
        self._sources: dict[str, frozenset[str]] = {}
        self._rows: dict[str, frozenset[str]] = {}

    def has(self, column: str) -> bool:
        """Whether there is a column, written `table.column`."""
        table, _, name = column.partition(".")
        return table in self.tables and name in self.tables[table]["columns"]

    def column(self, column: str) -> dict[str, Any]:
        """How a column is made, one step back."""
        table, _, name = column.partition(".")
        return self.tables[table]["columns"][name]

    def is_source(self, table: str) -> bool:
        """Whether a table is where lineage ends: landed, or a seed."""
        return self.tables[table]["layer"] in ("source", "seed")

    def sources(self, column: str) -> frozenset[str]:
        """What a column's values come from in the end: source columns, constants, files of the project.

        A value that is made of no column depends on which rows there are, so it comes from
        whatever decides that.
        """
        if column not in self._sources:
            self._sources[column] = self._sources_of(column)
        return self._sources[column]

    def _sources_of(self, column: str) -> frozenset[str]:
        table = column.partition(".")[0]
        if not self.has(column) or self.is_source(table):
            return frozenset({column})
        made = self.column(column)
        if made["made_of"]:
            return frozenset().union(*(self.sources(read) for read in made["made_of"]))
        if made["is_constant"]:
            return frozenset({CONSTANT + made["expression"]})
        return self.row_sources(table)

    def row_sources(self, table: str) -> frozenset[str]:
        """What decides which rows a table has, in the end: source columns, not constants.

        `ssd_contacts.*` stands for the rows of a source table, whatever its columns hold.
        """
        if table not in self._rows:
            found: set[str] = {f"{table}.{ROWS}"} if self.is_source(table) else set()
            for condition in self.tables[table]["conditions"]:
                found = found.union(*(self.sources(read) for read in condition["reads"]))
            found = found.union(*(self.row_sources(read) for read in self.tables[table]["reads"]))
            self._rows[table] = frozenset(name for name in found if not name.startswith(CONSTANT))
        return self._rows[table]

    @cached_property
    def _readers(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """By column: the columns made of it, and the tables whose rows it decides, one step on."""
        makes: dict[str, list[str]] = defaultdict(list)
        decides: dict[str, list[str]] = defaultdict(list)
        for table, facts in self.tables.items():
            for name, made in facts["columns"].items():
                for read in made["made_of"]:
                    makes[read].append(f"{table}.{name}")
            for condition in facts["conditions"]:
                for read in condition["reads"]:
                    if table not in decides[read]:
                        decides[read].append(table)
        return makes, decides

    def makes(self, column: str) -> list[str]:
        """The columns that are made of a column, one step on."""
        return self._readers[0].get(column, [])

    def decides(self, column: str) -> list[str]:
        """The tables of which a column decides the rows, one step on."""
        return self._readers[1].get(column, [])

    def measures(self, column: str) -> list[str]:
        """The measures that a column can change.

        By a value of their fact, or by what decides its rows; all of them, where it reaches the figures
        other than through a fact, as the child population does.
        """
        facts = {table for table in self.tables if table.startswith(FACT)}
        if FIGURES not in self.reached(column, stops=facts):
            facts &= self.reached(column) | {column.partition(".")[0]}
        return sorted(fact.removeprefix(FACT) for fact in facts)

    def reached(self, column: str, stops: Collection[str] = ()) -> set[str]:
        """Every table that a column reaches: in a value, or in what decides its rows.

        Args:
            column: The column, as `table.column`.
            stops: Tables beyond which nothing is followed.
        """
        seen, tables = {column}, set()
        waiting = [column]
        while waiting:
            here = waiting.pop()
            if here.partition(".")[0] in stops:
                continue
            onward = list(self.makes(here))
            for table in self.decides(here):
                onward += [f"{table}.{name}" for name in self.tables[table]["columns"]]
            tables |= {name.partition(".")[0] for name in onward}
            waiting += (name for name in dict.fromkeys(onward) if name not in seen)
            seen.update(onward)
        return tables

    def empty(self, layer: str = MARTS) -> list[str]:
        """The columns of a layer that come from nothing, which cannot be."""
        return [
            f"{table}.{name}"
            for table, facts in self.tables.items()
            if facts["layer"] == layer
            for name in facts["columns"]
            if not self.sources(f"{table}.{name}")
        ]

    def inexact(self) -> list[str]:
        """The columns and conditions of which some part could not be told apart."""
        columns = [
            f"{table}.{name}"
            for table, facts in self.tables.items()
            for name, made in facts["columns"].items()
            if made.get("is_inexact")
        ]
        conditions = [
            f"{table}: {condition['text']}"
            for table, facts in self.tables.items()
            for condition in facts["conditions"]
            if condition["is_inexact"]
        ]
        return columns + conditions
