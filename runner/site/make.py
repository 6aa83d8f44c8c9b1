"""Makes the static pages of a release: no JavaScript, no network, readable from a file share."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.assurance.definitions import FAMILIES
from runner.cells import copy_csv, write_csv
from runner.lineage.pages import write_pages
from runner.lineage.read import lineage_of
from runner.months import Month
from runner.narrative.html import blocks_html
from runner.narrative.read import Narrative, read_narratives
from runner.narrative.source import FOLDER
from runner.readers.release import Built, opened
from runner.readers.text import change_in_words, day, decimals_shown, month_name, number, quantity
from runner.revisions.causes import CAUSES
from runner.site import words
from runner.site.charts import chart, sparkline
from runner.site.figures import DIMENSIONS, Site, read_site

if TYPE_CHECKING:
    import duckdb
    import jinja2

TEMPLATES = Path(__file__).with_name("templates")

MENU = {
    "index.html": "Start",
    "scorecard.html": "Scorecard",
    "measures.html": "Measures A to Z",
    "revisions.html": "Changes",
    "definitions.html": "Definitions",
    "quality.html": "Data quality",
    "downloads.html": "Downloads",
}
TABLES = {
    "measure_results": "Figures of all months, for everyone and for named groups",
    "measure_breakdowns": "Figures of all months by team, age, sex and ethnic group",
    "measure_signals": "Signals, limits and intervals of the months of the scorecard",
    "comparators": "Published figures that measures are compared with",
    "comparator_ranks": "The place our figures would have among authorities",
    "dim_measure": "The register of measures",
    "dim_population": "The named groups of measures",
}
"""The tables that can be downloaded, with what they hold; none has a row for a person."""

SHORT_NAMES = {"England": "England", "statistical neighbours: mean": "Neighbours"}
"""The comparators that the scorecard and the charts show, and what they are called there."""

WIDE, NARROW = (760, 340, 190), (340, 260, 0)
"""Width, height and room for labels of a chart, on a wide screen and on a narrow one."""

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


def make_site(built: Built, made: Made, folder: Path) -> Path:
    """Writes the pages of a release, and the files they offer.

    Args:
        built: The release's file.
        made: How it was made.
        folder: Where the pages go; made where it is missing.

    Returns:
        The first page.
    """
    (folder / "measures").mkdir(parents=True, exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    with opened(built, also=(folder,)) as connection:
        site = read_site(connection)
        _write_tables(connection, folder / "data")
    environment = _environment()
    lineage = lineage_of(built)
    for measure in site.measures:
        measure.update(_prepared(measure, site))
    headlines = [{**measure["now"], "measure": measure} for measure in site.measures]
    shared = {
        "site": site,
        "made": made,
        "menu": MENU.items(),
        "headlines": headlines,
        "before": site.months[-2],
        "year_before": site.month.replace(year=site.month.year - 1),
        "by_letter": _by_letter(site.measures),
        "files": {f"{table}.csv": what for table, what in TABLES.items()},
        "families": _families(site.quality["checks"]),
        "causes": CAUSES,
        "has_lineage": lineage is not None,
        "landed": _fates(site.quality["accounts"], "landing", "source_table"),
        "counted": _fates(site.quality["accounts"], "measure", "measure_id"),
    }

    def write(page: str, template: str, **asked: Any) -> None:
        root = "../" * page.count("/")
        text = environment.get_template(template).render(page=page, root=root, **shared, **asked)
        (folder / page).write_text(text + "\n", encoding="utf-8")

    for page in (*MENU, "accessibility.html"):
        write(page, page)
    for stage, measures in site.stages.items():
        for measure in measures:
            write(f"measures/{measure['measure_id']}.html", "measure.html", measure=measure, stage=stage)
            _write_measure(measure, folder / "data" / f"{measure['measure_id']}.csv")
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
        "statistics": words.STATISTICS,
        "dimensions": DIMENSIONS,
    }
    return environment


def slug(text: str) -> str:
    """A heading as the name of a place in a page: `front-door`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def sentence(text: str) -> str:
    """A phrase with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def _prepared(measure: dict[str, Any], site: Site) -> dict[str, Any]:
    """What a measure's page and its line of the scorecard show besides what was read."""
    of_all = {row["statistic"]: row for row in measure["figures"] if row["population"] == "all"}
    points = defaultdict(list)
    for row in measure["series"]:
        if row["population"] == "all":
            points[row["statistic"]].append(row)
    headline = measure["headline"]
    rate = of_all.get("rate") if headline == "count" else None
    compared = _compared(measure)
    whole = [group for group in compared if group["population"] == "all"]
    return {
        # A month's signal is with its figure in the series; its changes are on the scorecard.
        "now": {**points[headline][-1], **of_all[headline]},
        "rate_now": rate,
        "sparkline": sparkline(points[headline]),
        "elsewhere": _elsewhere(whole[0]["rows"]) if whole else [],
        "decimals_elsewhere": max(measure["decimals"], 0),
        "compared": compared,
        "charts": [
            drawing
            for statistic in measure["statistics"].split("; ")
            if (drawing := _drawing(measure, statistic, points[statistic], whole))
        ],
        "named": [row for row in measure["figures"] if row["population"] != "all"],
        "published": _published(measure),
        "revised": _revised(measure),
    }


def _compared(measure: dict[str, Any]) -> list[dict[str, Any]]:
    """A measure's comparators, one group for each statistic and population, with our rank among them."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in measure["comparators"]:
        groups[row["statistic"], row["population"]].append(row)
    ranks = {(row["statistic"], row["population"]): row for row in measure["ranks"]}
    return [
        {
            "statistic": key[0],
            "population": key[1],
            "covers": listed[0]["covers"],
            "note": listed[0]["note"],
            "rows": listed,
            "rank": ranks.get(key),
        }
        for key, listed in groups.items()
    ]


def _elsewhere(comparators: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The comparators that the scorecard shows, under their short names."""
    return [{**row, "short": SHORT_NAMES[row["kind"]]} for row in comparators if row["kind"] in SHORT_NAMES]


def _drawing(
    measure: dict[str, Any], statistic: str, points: list[dict[str, Any]], compared: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """A statistic's chart for wide and narrow screens; none where no month has a figure."""
    references = [
        {"value": row["value"], "label": row["short"]}
        for group in compared
        if group["statistic"] == statistic
        for row in _elsewhere(group["rows"])
    ]
    wide, narrow = (chart(points, references, *size) for size in (WIDE, NARROW))
    if wide is None or narrow is None:
        return None
    wide["label_decimals"] = narrow["label_decimals"] = 1 if statistic != "count" else 0
    return {
        "statistic": statistic,
        "points": points,
        "last": points[-1],
        "has_parts": statistic in ("percent", "ratio", "mean", "rate"),
        "description": words.chart_in_words(points, decimals_shown(statistic, measure["decimals"])),
        "wide": wide,
        "narrow": narrow,
    }


def _published(measure: dict[str, Any]) -> dict[str, Any] | None:
    """The headline figure of the last months, release by release; none for a first release."""
    listed = [row for row in measure["vintages"] if row["statistic"] == measure["headline"]]
    releases = list(dict.fromkeys(row["release"] for row in listed))[-6:]
    if len(releases) < 2:
        return None
    months: dict[date, dict[str, Any]] = defaultdict(dict)
    for row in sorted(listed, key=lambda row: row["reporting_month"], reverse=True):
        if row["release"] in releases:
            months[row["reporting_month"]][row["release"]] = {**row, "value_shown": None}
    return {"releases": releases, "months": months}


def _revised(measure: dict[str, Any]) -> list[dict[str, Any]]:
    """What is given otherwise than in the release before, figure by figure, each with its causes."""
    figures: dict[tuple[str, date], dict[str, Any]] = {}
    for row in measure["revisions"]:
        figure = figures.setdefault(
            (row["statistic"], row["reporting_month"]), {**row, "value_shown": None, "causes": []}
        )
        figure["causes"].append(words.cause_in_words(row["cause"], row["units"]))
    return list(figures.values())


def _by_letter(measures: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Measures in order of their titles, by first letter."""
    letters = defaultdict(list)
    for measure in sorted(measures, key=lambda measure: measure["title"].lower()):
        letters[measure["title"][0].upper()].append(measure)
    return letters


def _families(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the checks against the source came to, by family."""
    families: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for check in checks:
        families[check["family"]].append(check)
    return [
        {
            "name": FAMILIES[family][0],
            "checks": len(members),
            "passed": sum(check["status"] == "passed" for check in members),
            "rows_tested": sum(check["rows_tested"] for check in members),
            "rows_failed": sum(check["rows_failed"] for check in members),
        }
        for family, members in sorted(families.items())
    ]


def _fates(accounts: list[dict[str, Any]], account: str, by: str) -> dict[str, Any] | None:
    """The fates of rows by table or measure, as a table; none where there is no account."""
    tables: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    fates = {}
    for row in accounts:
        if row["account"] == account:
            fates[row["fate"]] = True
            tables[row[by]][row["fate"]] += row["row_count"]
    return {"fates": list(fates), "tables": tables} if tables else None


def _write_tables(connection: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    """Writes the tables that can be downloaded as CSV."""
    for table in TABLES:
        copy_csv(connection, f"release.marts.{table}", folder / f"{table}.csv")


def _write_measure(measure: dict[str, Any], path: Path) -> None:
    """Writes a measure's figures of the scorecard's months, and the last month's breakdowns, as CSV."""
    whole = [{**row, "dimension": "all", "member": "all"} for row in measure["series"]]
    broken_down = [
        {**row, "member": row["name"]} for members in measure["breakdowns"].values() for row in members
    ]
    listed = ([row.get(column) for column in COLUMNS] for row in (*whole, *broken_down))
    write_csv(path, COLUMNS, listed, line_end="\n")
