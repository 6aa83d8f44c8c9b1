"""Which columns an analyst's copy holds, and how: the list in columns.csv, which allows and never forbids."""

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("columns.csv")
KEPT, PERSON, UNIT, SOURCE_ROW, MONTH, DATE, LEFT_OUT = (
    "kept",
    "person",
    "unit",
    "source row",
    "month",
    "date",
    "left out",
)
WAYS = (KEPT, PERSON, UNIT, SOURCE_ROW, MONTH, DATE, LEFT_OUT)
"""How a column is copied: as it is, as a pseudonym, by its month, without birthdays, or not at all."""
FACT = "fct_"


@cache
def listed() -> dict[tuple[str, str], tuple[str, str]]:
    """Every column that is spoken for, as (table, column): how it is copied, and its comment in the copy."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {(row["table"], row["column"]): (row["as"], row["comment"]) for row in csv.DictReader(file)}


def way_of(table: str, column: str) -> str | None:
    """How a column is copied; None where nobody has decided, so that it is not copied."""
    if table.startswith(FACT):
        table, column = f"{FACT}*", "*"
    return listed().get((table, column), (None, ""))[0]


def comment_of(table: str, column: str) -> str:
    """What the copy says of a column in place of its comment in the release; blank where that stays."""
    return listed()[table, column][1]
