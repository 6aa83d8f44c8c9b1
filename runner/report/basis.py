"""What the board's report is made from, and what it says of how far its figures can be relied on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from runner.report.document import Paper, Part, listed
from runner.report.sentences import counted, judged, rows_of
from runner.site.figures import Site
from runner.site.make import Made


@dataclass(frozen=True)
class Basis:
    """What a report is made from.

    Attributes:
        site: The figures, as the pages read them.
        made: How the release was made, and what is written about it.
        statement: The assurance statement; None for a build that was not assured.
        planned: Titles of the register's measures that have no figures yet.
    """

    site: Site
    made: Made
    statement: dict[str, Any] | None
    planned: list[str]

    @property
    def month(self) -> date:
        """The month that it reports."""
        return self.site.month


def say_assurance(paper: Paper, basis: Basis) -> None:
    """The opinion, what it rests on, and what was not tested."""
    paper.heading("Assurance")
    said, month = basis.statement, basis.month
    if said is None:
        paper.paragraph("No assurance was made of these figures: they come from a build, not from a release.")
        return
    families, scope = said["families"], said["scope"]
    count = {key: sum(row[key] for row in families) for key in ("checks", "passed", "rows_tested")}
    paper.paragraph(
        f"The assurance opinion on this release is {said['opinion']}. ",
        counted(count["checks"], "checks", month),
        " checks looked at ",
        counted(count["rows_tested"], "rows tested", month),
        " rows; ",
        counted(count["passed"], "checks passed", month),
        " passed and ",
        counted(len(said["exceptions"]), "exceptions", month),
        " found exceptions. Tested are the figures of ",
        counted(scope["measures"], "measures tested", month),
        " measures, from ",
        counted(scope["tables"], "tables", month),
        " tables and ",
        counted(scope["read"], "rows read", month),
        " rows as received, of which ",
        counted(scope["rejected"], "rows rejected", month),
        " were rejected.",
    )
    if said["not_tested"]:
        paper.paragraph("Not tested: ", *listed(said["not_tested"]), ".")
    paper.paragraph(" ".join(said["limits"]))
    paper.table(
        "Exceptions",
        ("What was found", "Rows", "Effect", "Who puts it right"),
        [
            (
                row["says"],
                rows_of(row["rows_failed"], row["rows_tested"], row["check"], month),
                row["effect"],
                row["owner"],
            )
            for row in said["exceptions"]
        ],
        numeric=(1,),
    )


def say_unknown(paper: Paper, basis: Basis) -> None:
    """What is not known."""
    paper.heading("What is not known")
    site = basis.site
    of_month = [(measure, judged(measure, site)) for measure in site.measures]
    kinds: dict[str, list[Part]] = {
        "There is nothing to work out a figure from: ": [
            measure["title"] for measure, row in of_month if row["value"] is None
        ],
        "The register holds measures that have no figures yet: ": list(basis.planned),
        "Whether the month is a signal is not judged: ": [
            measure["title"]
            for measure, row in of_month
            if row["signal"] in ("not judged", "too few months", None)
        ],
    }
    for words, titles in kinds.items():
        if titles:
            paper.paragraph(words, *listed(titles), ".")
    alone = [measure for measure in site.measures if not measure["comparators"]]
    paper.paragraph(
        "How we stand beside others is not known for ",
        counted(len(alone), "measures without comparator", site.month),
        " of ",
        counted(len(site.measures), "measures", site.month),
        " measures: no published figure counts what they count.",
    )
    paper.paragraph(
        "What was never entered in the case system is in no figure. Small numbers move a lot by chance;"
        " they are shown because this paper is internal."
    )
