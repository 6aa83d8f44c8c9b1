"""Makes the board's report of a release: an HTML page and a Word document that say the same."""

import json
from datetime import datetime, time
from pathlib import Path
from typing import Any

from runner.readers.release import Built, opened, rows
from runner.report.basis import Basis
from runner.report.content import compose
from runner.report.html import paper_html
from runner.report.word import paper_docx
from runner.site.figures import read_site
from runner.site.make import Made

FOLDER = "report"
PLANNED = "select title from release.marts.dim_measure where status = 'planned' order by rowid"


def read_basis(built: Built, made: Made, statement: dict[str, Any] | None) -> Basis:
    """Reads what a report is made from.

    Args:
        built: The release's file.
        made: How it was made, with what is written about it.
        statement: Its assurance statement; None where there is none.
    """
    with opened(built, "measure_signals") as connection:
        site = read_site(connection)
        planned = [row["title"] for row in rows(connection, PLANNED)]
    return Basis(site, made, statement, planned)


def statement_of(built: Built) -> dict[str, Any] | None:
    """The assurance statement that lies beside a release's file; None where there is none."""
    file = built.file.with_name("assurance") / "statement.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def make_report(built: Built, made: Made, statement: dict[str, Any] | None, folder: Path) -> list[Path]:
    """Writes the report of a release.

    Args:
        built: The release's file.
        made: How it was made, with what is written about it.
        statement: Its assurance statement; None where there is none.
        folder: Where the report goes; made where it is missing.

    Returns:
        The page and the document.
    """
    basis = read_basis(built, made, statement)
    paper = compose(basis)
    made_on = datetime.combine(made.built_on or basis.site.as_at, time())
    folder.mkdir(parents=True, exist_ok=True)
    page, document = (folder / f"board-report.{kind}" for kind in ("html", "docx"))
    page.write_text(paper_html(paper), encoding="utf-8")
    document.write_bytes(paper_docx(paper, made_on))
    return [page, document]
