"""The catalogue of bad inputs: what each gets, and the test that proves it.

Run as a script, it writes docs/bad-inputs.md.
"""

import csv
from pathlib import Path

from runner.home import PROJECT

DATA = Path(__file__).parent / "data" / "bad_inputs.csv"
PAGE = PROJECT / "docs/bad-inputs.md"
HEAD = """# Bad inputs

What an extract can be like, and what it gets. *Refused*: nothing changes, exit code 9. *Row rejected*:
the row goes, with its reason, to `rejected_rows`; above 2% of a table the extract is refused. *Warned
of*: accepted, with a warning in the manifest. *Blocked*: no release is made, exit code 3. What is not
listed gets what its nearest neighbour gets. Hostile files (Parquet and DuckDB files cut off, with bits
flipped, of random bytes) are refused in a sentence and never end the program:
`test_landing_neighbours.py`, `test_damaged_release.py`. This page is made by `python
tests/python/bad_inputs.py` and verified by a test.

| | input | what it gets | proved by |
| --- | --- | --- | --- |
"""


def catalogue() -> list[dict[str, str]]:
    """The bad inputs, in the order of their numbers."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page() -> str:
    """docs/bad-inputs.md."""
    lines = [
        f"| {row['number']} | {row['input']} | {row['behaviour']}"
        f" | `{Path(row['file']).name}`: {row['test']} |"
        for row in catalogue()
    ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
