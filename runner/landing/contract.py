"""The input contract, read from the three CSV files beside this module.

`contract.csv` holds the columns, `tables.csv` what holds for a whole table, `codes.csv` the
code sets. A council that deploys the Standard Safeguarding Dataset meets it with no mapping.
"""

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PEOPLE = "ssd_person"
MERGES = "ssd_linked_identifiers"


@dataclass(frozen=True)
class Code:
    """One code of a code set; `valid_to` is the last ISO date on which it may be used, or blank."""

    code: str
    valid_to: str


@dataclass(frozen=True)
class CodeSet:
    """The codes that a column may hold; `rejects` says whether an unknown one rejects the row."""

    codes: tuple[Code, ...]
    rejects: bool


@dataclass(frozen=True)
class Column:
    """One column: its type is text, date, integer, number, yes_no or json."""

    name: str
    type: str
    max_length: int
    is_key: bool
    is_person: bool
    references: tuple[tuple[str, str], ...]
    codes: CodeSet | None
    may_lie_ahead: bool
    highest: int | None
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table: its columns, and the rules that hold for its rows."""

    name: str
    columns: tuple[Column, ...]
    may_be_empty: bool
    is_monthly: bool
    started_on: str
    ended_on: str
    not_more: tuple[tuple[str, str], ...]
    natural_key: tuple[str, ...]
    period: str
    within: tuple[str, str, str] | None
    is_unborn_allowed: bool
    oldest: tuple[int, str] | None
    expects: tuple[str, tuple[str, ...]] | None
    identity: str

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in the contract's order."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a row."""
        return tuple(column.name for column in self.columns if column.is_key)

    @property
    def person(self) -> str:
        """The column that says which child a row is about, or blank."""
        return next((column.name for column in self.columns if column.is_person), "")


@dataclass(frozen=True)
class Contract:
    """All tables by name, and the version that the manifest of an extract records."""

    tables: dict[str, Table]
    version: str


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _pair(text: str, mark: str) -> tuple[str, str]:
    left, _, right = text.partition(mark)
    return left.strip(), right.strip()


def _code_sets() -> dict[str, CodeSet]:
    rows = _rows("codes.csv")
    return {
        name: CodeSet(
            codes=tuple(Code(row["code"], row["valid_to"]) for row in rows if row["code_set"] == name),
            rejects=any(row["code_set"] == name and row["unknown"] == "reject" for row in rows),
        )
        for name in dict.fromkeys(row["code_set"] for row in rows)
    }


def _column(row: dict[str, str], code_sets: dict[str, CodeSet]) -> Column:
    return Column(
        name=row["column"],
        type=row["type"],
        max_length=int(row["max_length"] or 0),
        is_key="key" in row["role"].split(),
        is_person="person" in row["role"].split(),
        references=tuple(_pair(part, ".") for part in _listed(row["references"])),
        codes=code_sets[row["codes"]] if row["codes"] else None,
        may_lie_ahead=row["may_lie_ahead"] == "Y",
        highest=int(row["highest"]) if row["highest"] else None,
        meaning=row["meaning"],
    )


def _table(row: dict[str, str], columns: tuple[Column, ...]) -> Table:
    in_order = [(row["started_on"], row["ended_on"])] if row["ended_on"] else []
    within_column, parent = _pair(row["within"], " in ")
    age, age_date = _pair(row["oldest"], " on ")
    expected_with, expected = _pair(row["expects"], ":")
    return Table(
        name=row["table"],
        columns=columns,
        may_be_empty=row["may_be_empty"] == "Y",
        is_monthly=row["monthly"] == "Y",
        started_on=row["started_on"],
        ended_on=row["ended_on"],
        not_more=tuple(in_order + [_pair(part, "<=") for part in _listed(row["not_more"])]),
        natural_key=tuple(row["natural_key"].split()),
        period=row["period"],
        within=(within_column, *_pair(parent, ".")) if parent else None,
        is_unborn_allowed=row["unborn"] == "Y",
        oldest=(int(age), age_date) if age else None,
        expects=(expected_with, tuple(expected.split())) if expected else None,
        identity=row["identity"],
    )


@cache
def load_contract() -> Contract:
    """Reads the contract. Its version changes whenever one of the three files does."""
    code_sets = _code_sets()
    columns: dict[str, list[Column]] = {}
    for row in _rows("contract.csv"):
        columns.setdefault(row["table"], []).append(_column(row, code_sets))
    tables = {row["table"]: _table(row, tuple(columns[row["table"]])) for row in _rows("tables.csv")}
    files = b"".join((FOLDER / name).read_bytes() for name in ("contract.csv", "tables.csv", "codes.csv"))
    return Contract(tables=tables, version=hashlib.sha256(files).hexdigest()[:12])
