"""What is known of a column of a statement, and of what decides its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Relation = Mapping[str, "Made"]
"""The columns of a table or of a query, by name."""


@dataclass(frozen=True)
class Made:
    """How one column of a statement is made.

    Attributes:
        expression: What it is made by, as text.
        reads: The columns of other tables that it is made of, as `table.column`.
        name: What it is called where it is written.
        within: The common table expression or subquery that it is written in; blank for the statement.
        parts: The columns of the statement's own parts that the expression names.
        is_column: Whether the expression is no more than a column of another table.
        is_constant: Whether the expression reads neither columns nor rows.
        is_inexact: Whether some of what it reads could not be told apart.
    """

    expression: str
    reads: frozenset[str] = frozenset()
    name: str = ""
    within: str = ""
    parts: tuple["Made", ...] = ()
    is_column: bool = False
    is_constant: bool = False
    is_inexact: bool = False

    @property
    def is_renamed(self) -> bool:
        """Whether it is a column of another table, under another name."""
        return self.is_column and not self.expression.endswith(f".{self.name}")

    def steps(self) -> list["Made"]:
        """Every part that the expression rests on, from the nearest on, each once."""
        found: dict[int, Made] = {}
        waiting = list(self.parts)
        while waiting:
            part = waiting.pop(0)
            if id(part) not in found:
                found[id(part)] = part
                waiting += part.parts
        return list(found.values())


@dataclass(frozen=True)
class Condition:
    """What decides which rows are in a statement.

    Attributes:
        kind: `from`, `join`, `where`, `group by`, `having`, `qualify`, `distinct`, `unnest` or `limit`.
        within: The common table expression or subquery that it is written in; blank for the statement.
        text: How it is written.
        reads: The columns of other tables that it reads, as `table.column`.
        is_inexact: Whether some of what it reads could not be told apart.
    """

    kind: str
    within: str
    text: str
    reads: frozenset[str]
    is_inexact: bool = False


@dataclass
class Statement:
    """A statement, read.

    Attributes:
        columns: Its columns.
        conditions: What decides which rows are in it, in the order in which they are written.
        tables: The tables that it reads.
    """

    columns: dict[str, Made] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    tables: dict[str, None] = field(default_factory=dict)


def of_table(table: str, column: str) -> Made:
    """A column of a table that is defined elsewhere."""
    name = f"{table}.{column}"
    return Made(name, frozenset({name}), column, is_column=True)


def either(name: str, within: str, columns: list[Made]) -> Made:
    """A column of a union: made by whichever branch a row is from, so different constants are none."""
    texts = dict.fromkeys(column.expression for column in columns)
    if len(texts) == 1 and len({column.reads for column in columns}) == 1:
        return columns[0]
    parts = {id(part): part for column in columns for part in column.parts}
    return Made(
        expression="\nor ".join(texts),
        reads=frozenset().union(*(column.reads for column in columns)),
        name=name,
        within=within,
        parts=tuple(parts.values()),
        is_constant=len(texts) == 1 and all(column.is_constant for column in columns),
        is_inexact=any(column.is_inexact for column in columns),
    )
