"""What `runner lineage` answers: where a column comes from, or what a source column reaches."""

import difflib
from collections.abc import Callable, Iterable
from typing import Any

from runner.errors import ExitCode, RunnerError
from runner.lineage.lineage import CONSTANT, FACT, ROWS, Lineage

MANY = 8
"""Where a column is made of more than so many, as in a stack of facts, the text names the first few."""

FEW = 3
FIGURE = ("outcome", "weight", "amount", "reporting_month")
"""The columns of a fact that make its figure."""


def find(lineage: Lineage, name: str) -> list[str]:
    """The columns that a name stands for.

    Args:
        lineage: That of the release.
        name: `table.column`, a source column's own name, a measure's id (the columns of its fact that
            make the figure), or a table (all of its columns).

    Raises:
        RunnerError: Nothing is called so; the error has names that are near.
    """
    if lineage.has(name):
        return [name]
    if f"{FACT}{name}" in lineage.tables:
        return [f"{FACT}{name}.{column}" for column in FIGURE if lineage.has(f"{FACT}{name}.{column}")]
    if name in lineage.tables:
        return [f"{name}.{column}" for column in lineage.tables[name]["columns"]]
    own = [
        f"{table}.{name}"
        for table in lineage.tables
        if lineage.is_source(table) and name in lineage.tables[table]["columns"]
    ]
    if len(own) == 1:
        return own
    raise _unknown(lineage, name, own)


def _unknown(lineage: Lineage, name: str, own: list[str]) -> RunnerError:
    columns = [f"{table}.{column}" for table, facts in lineage.tables.items() for column in facts["columns"]]
    known = [*columns, *lineage.tables, *(table.removeprefix(FACT) for table in lineage.tables)]
    near = own or difflib.get_close_matches(name, dict.fromkeys(known), n=5, cutoff=0.6)
    what = f"Several columns are called {name}" if own else f"Nothing is called {name}"
    return RunnerError(
        f"{what}: neither a table.column, nor a table, nor a measure.",
        f"perhaps {', '.join(near[:5])}."
        if near
        else "`runner lineage measure_results` lists a table's columns.",
        ExitCode.NOTHING_MATCHED,
    )


def facts_of(lineage: Lineage, column: str) -> dict[str, Any]:
    """All that is known of a column, for `--json`: each column on the way, and both ends."""
    table = column.partition(".")[0]
    is_source = lineage.is_source(table)
    onward = lineage.makes if is_source else _read_by(lineage)
    way = _on_the_way(column, onward)
    return {
        "column": column,
        "path": lineage.tables[table]["path"],
        **lineage.column(column),
        "sources": sorted(lineage.sources(column)),
        "conditions": lineage.tables[table]["conditions"],
        "row_sources": sorted(lineage.row_sources(table)),
        "makes": lineage.makes(column),
        "decides_rows_of": lineage.decides(column),
        "reaches": sorted(lineage.reached(column)),
        "measures": lineage.measures(column),
        "on_the_way": {name: lineage.column(name) for name in way if name != column and lineage.has(name)},
    }


def lineage_text(lineage: Lineage, columns: list[str]) -> str:
    """Columns in words: a source column with what it reaches, any other with what it is made of."""
    texts = [
        _onward_text(lineage, column)
        if lineage.is_source(column.partition(".")[0])
        else _back_text(lineage, column)
        for column in columns
    ]
    tables = dict.fromkeys(column.partition(".")[0] for column in columns)
    rows = [_rows_text(lineage, table) for table in tables if not lineage.is_source(table)]
    return "\n\n".join([*texts, *rows])


def _back_text(lineage: Lineage, column: str) -> str:
    made = lineage.column(column)
    lines = [_title(lineage, column)]
    if made["is_constant"]:
        return "\n".join([*lines, f"  {CONSTANT}{made['expression']}"])
    lines += [f"  {line}" for line in made["expression"].splitlines()]
    for step in made["steps"]:
        first, *rest = step["expression"].splitlines()
        lines += [f"    {step['name']} = {first}", *(f"      {line}" for line in rest)]
    if made["made_of"]:
        lines += ["Made of", *_tree(column, _read_by(lineage), _short(lineage))]
    else:
        lines.append("Made of no column: it depends on which rows there are")
    sources = lineage.sources(column)
    return "\n".join([*lines, "In the end", *_by_table(sources)])


def _rows_text(lineage: Lineage, table: str) -> str:
    lines = [f"Rows of {table} are decided by"]
    for condition in lineage.tables[table]["conditions"]:
        within = f" [{condition['within']}]" if condition["within"] else ""
        lines.append(f"  {_one_line(told(condition))}{within}")
    sources = lineage.row_sources(table)
    return "\n".join([*lines, "In the end by", *_by_table(sources)])


def told(condition: dict[str, Any]) -> str:
    """A condition with its kind before it, where its own words do not say what it is."""
    kind, text = condition["kind"], condition["text"]
    return f"{kind} {text}" if kind in ("where", "having", "qualify") else text


def _onward_text(lineage: Lineage, column: str) -> str:
    lines = [_title(lineage, column)]
    if lineage.makes(column):
        lines += ["Makes", *_tree(column, lineage.makes, lambda name: "")]
    else:
        lines.append("Makes no column")
    if lineage.decides(column):
        lines.append(f"Decides which rows are in: {', '.join(lineage.decides(column))}")
    measures = lineage.measures(column)
    lines.append(f"Measures that it can change: {len(measures)}" + (":" if measures else ""))
    return "\n".join([*lines, *(f"  {measure}" for measure in measures)])


def _title(lineage: Lineage, column: str) -> str:
    meaning = lineage.column(column)["meaning"]
    path = lineage.tables[column.partition(".")[0]]["path"]
    return f"{column}: {meaning}  ({path})" if meaning else f"{column}  ({path})"


def _read_by(lineage: Lineage) -> Callable[[str], list[str]]:
    return lambda name: lineage.column(name)["made_of"] if lineage.has(name) else []


def _short(lineage: Lineage) -> Callable[[str], str]:
    """What a line of a tree says of a column besides its name."""

    def said(name: str) -> str:
        if not lineage.has(name) or lineage.is_source(name.partition(".")[0]):
            return ""
        text = _one_line(lineage.column(name)["expression"])
        if len(lineage.column(name)["made_of"]) > MANY and " or " in text:
            return ""
        return f" = {text if len(text) <= 72 else text[:69] + '...'}"

    return said


def _tree(column: str, onward: Callable[[str], Iterable[str]], said: Callable[[str], str]) -> list[str]:
    """Columns below a column, each once; of a long row of one name, the first few."""
    seen: set[str] = set()
    lines: list[str] = []

    def add(name: str, depth: int) -> None:
        next_names = list(onward(name))
        alike = [other for other in next_names if other.partition(".")[2] == name.partition(".")[2]]
        is_stack = len(alike) > MANY
        for other in next_names:
            if is_stack and other in alike[FEW:]:
                continue
            again = other in seen and bool(onward(other))
            lines.append(f"{'  ' * depth}{other}{' (as above)' if again else said(other)}")
            if not again:
                seen.add(other)
                add(other, depth + 1)
        if is_stack:
            lines.append(f"{'  ' * depth}and {len(alike) - FEW} more like these")

    add(column, 1)
    return lines


def _on_the_way(column: str, onward: Callable[[str], Iterable[str]]) -> dict[str, None]:
    way = {column: None}
    waiting = [column]
    while waiting:
        for name in onward(waiting.pop()):
            if name not in way:
                way[name] = None
                waiting.append(name)
    return way


def _by_table(names: Iterable[str]) -> list[str]:
    """Columns gathered by table, a line each; constants and files last."""
    return [f"  {table}: {', '.join(columns)}" for table, columns in gathered(names).items()]


def gathered(names: Iterable[str]) -> dict[str, list[str]]:
    """Columns by table; under `constants` what is fixed in the SQL, under `files` what is no table.

    Of many constants, the first few are told.
    """
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        table, _, column = name.partition(".")
        if name.startswith(CONSTANT):
            found.setdefault("constants", []).append(name.removeprefix(CONSTANT))
        elif not column:
            found.setdefault("files", []).append(name)
        else:
            found.setdefault(table, []).append("its rows" if column == ROWS else column)
    constants = found.pop("constants", [])
    if len(constants) > MANY:
        constants = [*constants[:FEW], f"and {len(constants) - FEW} more"]
    return found | ({"constants": constants} if constants else {})


def _one_line(text: str) -> str:
    return " ".join(text.split())
