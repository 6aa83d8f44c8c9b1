"""Makes the static pages of a release: no JavaScript, no network, readable from a file share."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.cells import copy_csv, write_csv
from runner.disclosure.decide import Disclosure
from runner.disclosure.modes import SUPPRESSED, Mode
from runner.lineage.pages import write_pages
from runner.lineage.read import lineage_of
from runner.months import Month
from runner.narrative.html import blocks_html
from runner.narrative.read import Narrative, read_narratives
from runner.narrative.source import FOLDER
from runner.readers.maturity import expected_in_words
from runner.readers.release import Built, opened
from runner.readers.text import change_in_words, day, month_name, number, quantity
from runner.revisions.causes import CAUSES
from runner.site import words
from runner.site.evidence import beside, control_of, sources_of
from runner.site.figures import DIMENSIONS, read_site
from runner.site.hub import next_edition, since_last
from runner.site.outside import VALUES, withheld
from runner.site.prepare import prepared
from runner.site.quality import families, fates, late_arrivals, over_releases
from runner.site.teams import by_service, pages_of, teams_of

if TYPE_CHECKING:
    import duckdb
    import jinja2

TEMPLATES = Path(__file__).with_name("templates")

MENU = {
    "index.html": "Start",
    "scorecard.html": "Scorecard",
    "teams.html": "By team",
    "measures.html": "Measures A to Z",
    "revisions.html": "Changes",
    "definitions.html": "Definitions",
    "quality.html": "Data quality",
    "downloads.html": "Downloads",
}
INTERNAL = ("teams.html", "revisions.html", "quality.html")
"""The pages that the council alone has."""
OUTSIDE = {
    Mode.PARTNER: "For partner organisations only: do not publish it or pass it on. Numbers from 1 to 5 are"
    " suppressed (c), but some could be worked out.",
    Mode.PUBLIC: "For everyone, under the Open Government Licence v3.0. c stands for a figure that is"
    " suppressed: a number from 1 to 5, or one from which such a number could be worked out.",
}
"""What each page for people outside says of itself."""
TABLES = {
    "measure_results": "Figures of all months, for everyone and for named groups",
    "measure_breakdowns": "Figures of all months by team, age, sex and ethnic group",
    "measure_signals": "Signals, limits and intervals of the months of the scorecard",
    "team_signals": "Figures of the last month by team, beside those of the council, with limits",
    "comparators": "Published figures that measures are compared with",
    "comparator_ranks": "The place our figures would have among authorities",
    "dim_measure": "The register of measures",
    "dim_population": "The named groups of measures",
    "check_history": "What each check came to in each release",
    "measure_revisions": "What has changed since the release before, by cause",
}
"""The tables that can be downloaded, with what they hold; none has a row for a person."""

COLUMNS = (
    "statistic",
    "reporting_month",
    "population",
    "dimension",
    "member",
    "numerator",
    "denominator",
    "value",
    "value_shown",
    "status",
    "definition_version",
)


@dataclass(frozen=True)
class Made:
    """How the release of some pages was made.

    Attributes:
        release: Its name.
        built_on: The day on which it was built; none for a build without a release.
        checks: What each check of the build found: `name`, `status` and `failures`.
        opinion: What the assurance says of it: `clear` or `qualified`; none for a build without a release.
        is_simulated: Whether it is about an invented council.
        narratives: What is written about the figures, by measure.
    """

    release: str
    built_on: date | None
    checks: list[dict[str, Any]]
    opinion: str | None
    is_simulated: bool = False
    narratives: dict[str, Narrative] = field(default_factory=dict)


def made_of(built: Built) -> Made:
    """How a release was made, by the `run.json` beside it; a build without one says little."""
    run_file = built.file.with_name("run.json")
    run = json.loads(run_file.read_text(encoding="utf-8")) if run_file.is_file() else {}
    built_on = datetime.fromisoformat(run["built_at"]).date() if "built_at" in run else None
    simulated = run.get("simulated", False)
    kept = built.file.with_name(FOLDER)
    narratives = read_narratives(kept, built, Month.parse(run["month"])).taken if kept.is_dir() else {}
    return Made(built.name, built_on, run.get("checks", []), run.get("opinion"), simulated, narratives)


def make_site(built: Built, made: Made, folder: Path, decided: Disclosure | None = None) -> Path:
    """Writes the pages of a release, and the files they offer.

    Args:
        built: The release's file.
        made: How it was made.
        folder: Where the pages go; made where it is missing.
        decided: What may be shown to people outside; none for the council's own pages, which show everything.

    Returns:
        The first page.
    """
    for name in ("measures", "data", *(() if decided else ("teams",))):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with opened(built, also=(folder,)) as connection:
        site = read_site(connection)
        files = {} if decided else _write_tables(connection, folder / "data")
    if decided:
        site = withheld(site, decided)
        made = replace(made, checks=[], opinion=None, narratives={})
    sources, control = sources_of(site.quality["accounts"]), None if decided else control_of(built)
    lineage = None if decided else lineage_of(built)
    pages = {file: name for file, name in MENU.items() if not decided or file not in INTERNAL}
    for measure in site.measures:
        measure.update(prepared(measure, site, sources[measure["measure_id"]], control))
        measure["fact"] = None if decided else beside(folder, f"parquet/fct_{measure['measure_id']}.parquet")
    teams = teams_of(site)
    shared = {
        "site": site,
        "made": made,
        "outside": OUTSIDE[decided.mode] if decided else None,
        "menu": [*pages.items(), *([("lineage/index.html", "Lineage")] if lineage else [])],
        "headlines": [{**measure["now"], "measure": measure} for measure in site.measures],
        "before": site.months[-2],
        "year_before": site.month.replace(year=site.month.year - 1),
        "by_letter": _by_letter(site.measures),
        "files": files,
        "parquet": not decided and (folder.parent / "parquet").is_dir(),
        "since_last": since_last(site),
        "following": next_edition(site),
        "teams": teams,
        "services": by_service(teams),
        "team_pages": pages_of(teams),
        "families": families(site.quality["checks"]),
        "history": over_releases(site.quality["checks"], site.quality["history"]),
        "late": late_arrivals(site.measures),
        "causes": CAUSES,
        "has_lineage": lineage is not None,
        "has_report": not decided and beside(folder, "report/board-report.html") is not None,
        "landed": fates(site.quality["accounts"], "landing", "source_table"),
        "counted": fates(site.quality["accounts"], "measure", "measure_id"),
    }
    environment = _environment()

    def write(page: str, template: str, **asked: Any) -> None:
        root = "../" * page.count("/")
        text = environment.get_template(template).render(page=page, root=root, **shared, **asked)
        (folder / page).write_text(text + "\n", encoding="utf-8")

    for page in (*pages, "accessibility.html"):
        write(page, page)
    for stage, measures in site.stages.items():
        for measure in measures:
            write(f"measures/{measure['measure_id']}.html", "measure.html", measure=measure, stage=stage)
            _write_measure(measure, folder / "data" / f"{measure['measure_id']}.csv")
    for team in teams:
        write(team["page"], "team.html", team=team)
    if lineage:
        write_pages(lineage, folder, [measure["measure_id"] for measure in site.measures], write)
    (folder / "style.css").write_text((TEMPLATES / "style.css").read_text(encoding="utf-8"), encoding="utf-8")
    return folder / "index.html"


def _environment() -> "jinja2.Environment":
    """The templates, with what they say figures, months and names with."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"month": month_name, "day": day, "slug": slug, "sentence": sentence}
    environment.filters["lower_first"] = lambda text: text[:1].lower() + text[1:]
    environment.globals |= {
        "shown": words.shown,
        "made_of": words.made_of,
        "bounds": words.bounds,
        "rank_in_words": words.rank_in_words,
        "change_in_words": change_in_words,
        "number": number,
        "blocks_html": blocks_html,
        "amount": lambda value: "n/a" if value is None else quantity(value),
        "signals": words.SIGNALS,
        "changed": words.CHANGED,
        "team_signals": words.TEAM_SIGNALS,
        "cause_in_words": words.cause_in_words,
        "statistics": words.STATISTICS,
        "outcomes": words.OUTCOMES,
        "apart": words.apart,
        "expected_in_words": expected_in_words,
        "expected_rests_on": words.expected_rests_on,
        "matures": words.matures,
        "dimensions": DIMENSIONS,
    }
    return environment


def slug(text: str) -> str:
    """A heading as the name of a place in a page: `front-door`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def sentence(text: str) -> str:
    """A phrase with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def _by_letter(measures: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Measures in order of their titles, by first letter."""
    letters = defaultdict(list)
    for measure in sorted(measures, key=lambda measure: measure["title"].lower()):
        letters[measure["title"][0].upper()].append(measure)
    return letters


def _write_tables(connection: "duckdb.DuckDBPyConnection", folder: Path) -> dict[str, str]:
    """Writes the tables that can be downloaded as CSV; answers with the files and what each holds."""
    held = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    written = {}
    for table, what in TABLES.items():
        if table in held:
            copy_csv(connection, f"release.marts.{table}", folder / f"{table}.csv")
            written[f"{table}.csv"] = what
    return written


def _write_measure(measure: dict[str, Any], path: Path) -> None:
    """Writes a measure's figures of the scorecard's months, and the last month's breakdowns, as CSV."""
    whole = [{**row, "dimension": "all", "member": "all"} for row in measure["series"]]
    broken_down = [
        {**row, "member": row["name"]} for members in measure["breakdowns"].values() for row in members
    ]
    listed = (
        [
            SUPPRESSED if row.get("is_suppressed") and column in VALUES else row.get(column)
            for column in COLUMNS
        ]
        for row in (*whole, *broken_down)
    )
    write_csv(path, COLUMNS, listed, line_end="\n")
