"""The plan: what would run, what is new in the extract, what is expected to move; and nothing is written."""

import json
import shutil
from datetime import date

from click.testing import CliRunner
from conftest import land_contacts

from runner.cli import main
from runner.files import sha256_of
from runner.home import PROJECT, Home
from runner.months import Month
from runner.releases.plan import plan, plan_text
from runner.releases.publish import publish

JUNE, JULY = Month(2024, 6), Month(2024, 7)
AUGUST_EXTRACT = """
    ('C1', timestamp '2024-05-20'), ('C3', timestamp '2024-06-12'), ('C4', timestamp '2024-07-12')
"""
"""Since the extracts before: C1 is dated otherwise, C2 is gone, C3 came late and C4 is of the new month."""


def tree(home: Home) -> dict:
    """Every file and folder of a home with its time, and the hash of what is in it."""
    return {
        path: (path.stat().st_mtime_ns, sha256_of(path) if path.is_file() else None)
        for path in [home.root, *home.root.rglob("*")]
    }


def test_a_plan_says_what_would_run_and_writes_nothing(home, tmp_path):
    publish(home, "2024-06-r1")
    land_contacts(home, "2024-08-02", AUGUST_EXTRACT)
    project = shutil.copytree(home.project, tmp_path / "project")
    (project / "models/marts/contacts.sql").write_text("select 1 as one")
    (project / "models/marts/more.sql").write_text("select 2 as two")
    before = tree(home)
    assert plan(home, JUNE)["does"].startswith("do nothing: 2024-06-r1")
    assert plan(home, JUNE, date(2024, 7, 2))["does"].startswith("make the draft 2024-06-r2")
    planned = plan(Home(home.root, project), JULY)
    assert planned["files"] == {
        "new": ["models/marts/more.sql"],
        "changed": ["models/marts/contacts.sql"],
        "gone": [],
    }
    said = [planned[key] for key in ("as_at", "models", "checks", "parses")]
    assert said == ["2024-08-02", 11, 1, True]
    assert "new models/marts/more.sql" in plan_text(planned)
    answered = CliRunner().invoke(main, ["--home", str(home.root), "plan", "2024-07", "--json"])
    assert json.loads(answered.stdout)["as_at"] == "2024-08-02"
    assert tree(home) == before


def test_a_plan_counts_what_is_new_in_the_extract_and_where_it_falls(home):
    publish(home, "2024-06-r1")
    land_contacts(home, "2024-08-02", AUGUST_EXTRACT)
    planned = plan(home, JULY)
    assert planned["extract"] == {
        "compared_with": "2024-07-31",
        "published_in": "2024-06-r1",
        "tables": [{"table": "ssd_contacts", "new": 2, "changed": 1, "gone": 1}],
    }
    contacts = {"new": 0, "changed": 0, "gone": 0}
    assert planned["expects"] == [
        {
            "month": "2024-06",
            "rows": {"ssd_contacts": contacts | {"new": 1, "gone": 1}},
            "units": {"contacts": 1},
        },
        {"month": "2024-05", "rows": {"ssd_contacts": contacts | {"changed": 1}}, "units": {"contacts": 1}},
    ]
    assert "2024-06  rows of 1 tables: ssd_contacts 2" in plan_text(planned)


def test_a_plan_compares_with_the_extract_before_where_nothing_is_published(home):
    planned = plan(home, JUNE)
    assert planned["extract"] == {"compared_with": "2024-07-02", "published_in": None, "tables": []}
    assert planned["expects"] == []
    assert plan(home, Month(2024, 5))["extract"] is None


def test_months_are_open_closing_or_frozen_by_the_days_of_the_register(home, tmp_path):
    project = shutil.copytree(home.project, tmp_path / "project")
    (project / "seeds").mkdir()
    rows = ("a,1,count,0,live", "b,1,count,40,live", "c,1,count,70,live", "d,1,count,0,planned")
    register = "\n".join(["measure_id,version,statistics,matures_after_days,status", *rows, ""])
    (project / "seeds" / "measures.csv").write_text(register)
    home = Home(home.root, project)
    publish(home, "2024-05-r1")
    months = plan(home, JUNE)["months"]
    assert len(months) == 18
    assert months[:3] == [
        {"month": "2024-06", "open": 2, "closing": 1, "frozen": 0},
        {"month": "2024-05", "open": 1, "closing": 1, "frozen": 1},
        {"month": "2024-04", "open": 0, "closing": 2, "frozen": 1},
    ]


def test_the_real_project_is_planned_with_all_its_checks(home):
    planned = plan(Home(home.root, PROJECT), JUNE)
    assert planned["checks"] > 100
    assert planned["stages"][0] == "start and parse"
