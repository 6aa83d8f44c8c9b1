"""The hostile texts of `data/hostile/`, as tests use them. They are stored escaped, as Python writes text."""

import csv
from pathlib import Path

FOLDER = Path(__file__).with_name("data") / "hostile"


def corpus(name: str) -> list[dict[str, str]]:
    """The rows of a corpus, `payload` unescaped."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row | {"payload": unescaped(row["payload"])} for row in rows]


def unescaped(text: str) -> str:
    """A text as it is meant, from how it is stored."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


def told(rows: list[dict[str, str]]) -> list[str]:
    """What each row is, to name a test by."""
    return [row["what"] for row in rows]
