"""SQL as an auditor reads it: lower case, without the names of catalogues and schemas."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

QUOTED = re.compile(r"('(?:[^']|'')*'|\"[^\"]*\")")
IN_A_CATALOGUE = re.compile(r'"\w+"\."\w+"\."(\w+)"')
NOT_NULL = re.compile(r"\bnot ([\w.]+) is null\b")
UNIT = re.compile(r"(?<=date_trunc\(')[A-Z]+")
LONG = 100
"""Expressions longer than this are written over several lines."""


def wording(node: "exp.Expression") -> str:
    """An expression of a parsed statement as text.

    Args:
        node: The expression; an alias is left out.
    """
    text = _plain(node.sql("duckdb", comments=False))
    return text if len(text) <= LONG else _plain(node.sql("duckdb", comments=False, pretty=True))


def readable(sql: str) -> str:
    """A compiled statement as it is read: tables by their own names, blank lines from loops left out."""
    lines = (line.rstrip() for line in IN_A_CATALOGUE.sub(r"\1", sql).strip().splitlines())
    return "\n".join(line for line in lines if line)


def _plain(sql: str) -> str:
    parts = QUOTED.split(IN_A_CATALOGUE.sub(r"\1", sql))
    text = "".join(part if index % 2 else part.lower() for index, part in enumerate(parts))
    return UNIT.sub(lambda unit: unit[0].lower(), NOT_NULL.sub(r"\1 is not null", text))
