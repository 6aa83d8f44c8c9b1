"""What an export says of itself, in plain words."""

from typing import Any

from runner.disclosure.modes import Mode
from runner.exports.workbook import Heading
from runner.readers.text import day, month_name

AUDIENCE = {
    Mode.INTERNAL: "For use inside the council only: it shows small numbers, and must not be passed on.",
    Mode.PARTNER: "For partner organisations only: numbers from 1 to 5 are suppressed, but some could be"
    " worked out. It must not be published.",
    Mode.PUBLIC: "For everyone: no number from 1 to 5 is shown or can be worked out. Open Government Licence"
    " v3.0.",
}
FILES = {
    "scorecard.xlsx": "spreadsheet: cover, contents, notes and one table a sheet",
    "tidy/figures.csv": "a row for each figure, for any tool",
    "tidy/breakdowns.csv": "the same by age, sex and ethnic group, and by team where it is not for everyone",
    "ees/scorecard.csv": "the shape of Explore Education Statistics",
    "ees/scorecard.meta.csv": "its metadata",
    "star/": "Parquet tables for Power BI and Excel; dictionary.csv says what each column means",
    "scorecard.duckdb": "the same tables in one file, for DuckDB 1.1 and later",
    "manifest.json": "every file with its SHA-256, and what was counted and checked",
}


def earlier_in_words(given_away: int) -> list[str]:
    """What earlier public exports give away by themselves, in a sentence; nothing where that is nothing.

    Args:
        given_away: How many small counts.
    """
    if not given_away:
        return []
    counts, are = ("count", "is") if given_away == 1 else ("counts", "are")
    return [
        f"{given_away} small {counts} {are} given away by earlier public exports alone: a figure that they"
        " showed was revised since. This export adds nothing to it, and cannot take it back."
    ]


def readme(mode: Mode, heading: Heading, manifest: dict[str, Any]) -> str:
    """The text of README.md in an export.

    Args:
        mode: For whom it is.
        heading: What it is about.
        manifest: What its manifest says.
    """
    about = (
        "The council in it is invented; no real person is in these figures." if heading.is_simulated else ""
    )
    counted = manifest["figures"]
    lines = [
        f"# Children's social care scorecard, {month_name(heading.month)}",
        "",
        f"Release {heading.release}, from the extract of {day(heading.as_at)}. {about}".rstrip(),
        "",
        f"**{AUDIENCE[mode]}**",
        "",
        "| file | what it is |",
        "| --- | --- |",
        *(f"| `{name}` | {what} |" for name, what in FILES.items()),
        "",
        f"{counted['shown']:,} figures are shown, {counted['suppressed']:,} suppressed (`c`) and"
        f" {counted['not applicable']:,} not applicable (`z`). In the Parquet and DuckDB files these cells"
        " are empty, and the column `availability` says why.",
        "",
        *(
            line
            for said in earlier_in_words(manifest["disclosure_check"]["given_away_by_earlier_exports"])
            for line in (said, "")
        ),
        "A figure is provisional while records still to come are expected to change it. Counts are of events"
        " or of children, as the register says of each measure; nothing here is a record of a person.",
        "",
    ]
    return "\n".join(lines)
