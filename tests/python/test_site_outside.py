"""The pages for people outside: nothing small is on them, and nothing that was made of it."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from disclosure_solver import Attacker
from pages import faults_of, read_pages
from site_release import PERSON, site_of

from runner import ledger
from runner.cli import main
from runner.disclosure.modes import Mode
from runner.disclosure.records import read_records
from runner.errors import ExitCode
from runner.exports.pages import make_outside_site
from runner.files import sha256_of
from runner.home import Home
from runner.months import Month
from runner.releases.store import Release, point_to

PLANTED = """
    update marts.measure_results set numerator = 3, value = if(statistic = 'count', 3, 2.451914),
        value_shown = if(statistic = 'count', 3, 2.5)
    where measure_id = 's47_enquiries' and reporting_month = '2024-03-01';
    update marts.measure_results set numerator = 2, denominator = 47, value = 4.255319, value_shown = 4
    where population = 'under 5' and reporting_month = '2024-06-01';
    update marts.measure_signals set mean = 71.731, lower_limit = 61.731, upper_limit = 81.731
    where measure_id = 's47_enquiries';
    insert into marts.measure_breakdowns by name
    select results.* exclude (numerator, denominator, value, value_shown), members.*,
        100 * members.numerator / members.denominator as value, round(value) as value_shown
    from marts.measure_results as results, (values
        ('sex', 'female', 42.0, 62.0), ('sex', 'male', 3.0, 4.0),
        ('age_band', '5 to 9', 17.0, 33.0), ('age_band', '10 to 15', 28.0, 33.0)
    ) as members (dimension, member, numerator, denominator)
    where results.statistic = 'percent' and results.population = 'all';
"""
"""A small month of enquiries, a small named group, and boys of whom there are four, beside 62 girls."""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    home = Home(tmp_path_factory.mktemp("outside"))
    folder = home.releases / "2024-06-r1"
    folder.parent.mkdir(parents=True)
    site_of(folder, more=PLANTED)
    run = json.loads((folder / "run.json").read_text())
    run |= {"as_at": "2024-07-31", "run_id": "r1", "sha256": sha256_of(folder / "marts.duckdb")}
    (folder / "run.json").write_text(json.dumps(run))
    ledger.record(home, "published", release="2024-06-r1")
    point_to(home, release_in(home))
    return home


def release_in(home: Home) -> Release:
    return Release(Month.parse("2024-06"), 1, home.releases / "2024-06-r1")


@pytest.fixture(scope="module", params=[Mode.PARTNER, Mode.PUBLIC])
def outside(home, request) -> Path:
    return make_outside_site(
        home, release_in(home), request.param, home.root / "pages" / request.param
    ).parent


def text_of(site: Path, page: str) -> str:
    return " ".join(" ".join(read_pages(site)[page].words).split())


def printed(site: Path) -> Iterator[dict[str, str]]:
    """The rows of every download, each with its measure."""
    for path in sorted((site / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from ({**row, "measure_id": path.stem} for row in csv.DictReader(file))


def test_the_pages_are_sound_and_only_those_for_outside(outside):
    assert faults_of(outside) == []
    pages = set(read_pages(outside))
    assert pages >= {"index.html", "scorecard.html", "measures/s47_enquiries.html"}
    assert not [page for page in pages if page.startswith(("team", "quality", "revisions", "lineage"))]
    assert {path.stem for path in (outside / "data").iterdir()} == {
        "average_caseload",
        "icpcs_within_15_days",
        "s47_enquiries",
    }
    for page in pages:
        assert "For internal use" not in text_of(outside, page)


def test_a_hidden_month_is_c_wherever_it_stands(outside):
    said = text_of(outside, "measures/s47_enquiries.html")
    assert "March 2024 c " in said
    assert "April 2024 157 " in said
    months = {(row["reporting_month"], row["statistic"]): row for row in printed(outside)}
    for statistic in ("count", "rate"):
        row = months["2024-03-01", statistic]
        assert {row[name] for name in ("numerator", "denominator", "value", "value_shown")} == {"c"}


def test_nothing_that_was_made_of_a_hidden_month_is_there(outside, home):
    """Limits, the mean, its range and the judgements of its series; its point in the chart."""
    own = home.releases / "2024-06-r1" / "site"
    page = "measures/s47_enquiries.html"
    for number in ("71.7", "61.7", "81.7"):
        assert number in text_of(own, page)
        assert number not in text_of(outside, page)
    assert "Lowest 3 in March 2024" in text_of(own, page)
    assert "Lowest 3 " not in text_of(outside, page)
    assert (outside / page).read_text().count("<circle") == (own / page).read_text().count("<circle") - 4
    for name in ("3", "2.451914", "2.5"):
        assert f"March 2024 {name} " not in text_of(outside, page)


def test_groups_and_members_are_hidden_with_what_would_give_them_away(outside, home):
    page = "measures/icpcs_within_15_days.html"
    assert "Under 5 Per cent 4% 2 of 47" in text_of(home.releases / "2024-06-r1" / "site", page)
    said = text_of(outside, page)
    assert "Under 5 Per cent c " in said
    assert "Male c " in said
    assert "2 of 47" not in said
    assert "68% " in said


def test_no_byte_holds_a_value_of_what_is_hidden_nor_a_team_nor_a_person(outside):
    values = ("2.451914", "4.255319", "71.731", "61.731", "81.731", "3 of 4", "transfer in", "late arrival")
    for path in outside.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for hidden in (*values, PERSON, "North", "marts.duckdb", "parquet/", "runner trace"):
                assert hidden not in text, f"{hidden} in {path.name}"


def test_nothing_can_be_worked_out_of_the_public_pages(home):
    site = make_outside_site(home, release_in(home), Mode.PUBLIC, home.root / "pages" / "attacked").parent
    rows = list(printed(site))
    members = {row["member"]: row["numerator"] for row in rows if row["dimension"] == "sex"}
    assert members == {"female": "c", "male": "c"}
    attacker = Attacker()
    attacker.read(row for row in rows if row["statistic"] != "mean")
    assert len(attacker.cells) > 2
    assert attacker.recovered() == []
    # Where only what is small is hidden, the girls give the boys away.
    girls = next(row for row in rows if row["member"] == "female")
    careless = Attacker()
    careless.read(
        {**row, "numerator": "42", "denominator": "62"} if row is girls else row
        for row in rows
        if row["statistic"] != "mean"
    )
    assert careless.recovered() != []


def test_public_pages_are_recorded_like_an_export(home):
    make_outside_site(home, release_in(home), Mode.PUBLIC, home.root / "pages" / "recorded")
    line = [line for line in ledger.entries(home) if line["event"] == "exported"][-1]
    assert (line["mode"], line["release"], line["pages"]) == ("public", "2024-06-r1", True)
    (record,) = read_records(home)
    shown = record[(record["measure_id"] == "s47_enquiries") & ~record["shown"]]
    assert shown["reporting_month"].dt.strftime("%Y-%m").tolist() == ["2024-03"]


def test_the_command_makes_new_pages_of_a_published_release(home, tmp_path):
    def invoke(*words: str):
        return CliRunner().invoke(main, ["--home", str(home.root), "site", *words])

    out = str(tmp_path / "out")
    done = invoke("2024-06-r1", "--mode", "public", "--out", out)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == str(tmp_path / "out" / "index.html")
    assert invoke("2024-06-r1", "--mode", "public", "--out", out).exit_code == ExitCode.REFUSED
    assert invoke("2024-06-r1", "--mode", "everyone").exit_code == ExitCode.USAGE
