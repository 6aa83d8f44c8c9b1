"""What public exports have shown before: no later one can take it back, nor may it tell more beside it.

The record of an export holds every cell with its counts, those that were hidden too. It stays in the home
folder, and the ledger holds its SHA-256.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runner.database import in_memory
from runner.disclosure.cells import KEY, PARTS
from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of, sync_file, sync_folder
from runner.home import Home
from runner.ledger import entries

if TYPE_CHECKING:
    import numpy
    import pandas


def records_folder(home: Home) -> Path:
    """Where the records of public exports are kept."""
    return home.root / "exports" / "records"


def read_records(home: Home) -> list["pandas.DataFrame"]:
    """The cells of every public export so far, in the order of their files' names.

    Raises:
        RunnerError: A record that the ledger names is missing or altered (blocked).
    """
    folder = records_folder(home)
    for line in entries(home):
        if line["event"] == "exported" and line.get("record"):
            file = folder / line["record"]
            if not file.is_file() or sha256_of(file) != line["record_sha256"]:
                raise RunnerError(
                    f"{file} is not the record that the ledger knows of an earlier public export.",
                    "restore it from a backup; without it nobody knows what two exports give away together.",
                    ExitCode.BLOCKED,
                )
    with in_memory() as connection:
        return [
            connection.execute("from read_parquet($file)", {"file": str(file)}).df()
            for file in sorted(folder.glob("*.parquet"))
        ]


def write_record(home: Home, name: str, cells: "pandas.DataFrame", shown: "numpy.ndarray") -> Path:
    """Keeps what a public export shows; the same export again has the same record.

    Args:
        home: Whose record.
        name: The release's name.
        cells: Its cells, as `read_cells` gives them.
        shown: Whether each is shown.

    Returns:
        The record's file.
    """
    folder = records_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{name}.part"
    record = cells.assign(shown=shown)
    with in_memory() as connection:
        connection.execute("set threads = 1")
        connection.register("record", record)
        path = str(beside).replace("'", "''")
        connection.execute(f"copy (from record order by {', '.join(KEY)}) to '{path}' (format parquet)")
    sync_file(beside)
    number = 1
    while (file := folder / f"{name}-{number}.parquet").exists() and sha256_of(file) != sha256_of(beside):
        number += 1
    beside.replace(file)
    sync_folder(folder)
    return file


@dataclass(frozen=True)
class Before:
    """What earlier exports mean for this one.

    Attributes:
        was_shown: For each cell now, whether one showed it with the same counts.
        was_hidden: For each cell now, whether the last that had it hid it with the same counts.
        past: The cells of earlier exports in months that have changed since, each export's with `shown`.
    """

    was_shown: "numpy.ndarray"
    was_hidden: "numpy.ndarray"
    past: list["pandas.DataFrame"]


def compare(cells: "pandas.DataFrame", records: list["pandas.DataFrame"]) -> Before:
    """Sets the records beside the cells of now.

    A month that an earlier export gave in all its cells as it is now needs nothing but what it showed. Of one
    that has changed, the export's own cells and equations count too, and so does the month before the first.

    Args:
        cells: The cells of now, as `read_cells` gives them.
        records: What was exported, as `read_records` gives it.
    """
    import numpy
    import pandas

    shown, hidden, past = numpy.zeros(len(cells), bool), numpy.zeros(len(cells), bool), []
    same_by = [*KEY, *PARTS]
    now = cells[same_by].copy()
    now[PARTS] = now[PARTS].round(6)
    first = cells["reporting_month"].min() - pandas.offsets.MonthBegin(1)
    for record in records:
        record = record[record["reporting_month"] >= first].reset_index(drop=True)
        then = record[[*same_by, "shown"]].copy()
        then[PARTS] = then[PARTS].round(6)
        joined = now.merge(then, on=same_by, how="left")["shown"]
        shown |= (joined == True).to_numpy()  # noqa: E712
        hidden = numpy.where(joined.notna(), (joined == False).to_numpy(), hidden)  # noqa: E712
        kept = then.merge(now.assign(is_now=True), on=same_by, how="left")["is_now"].notna()
        changed = set(record.loc[~kept.to_numpy(), "reporting_month"])
        if changed:
            past.append(record[record["reporting_month"].isin(changed)])
    return Before(shown, hidden & ~shown, past)
