"""A control report given to a refresh: it stops the release, or the opinion rests on it."""

import csv
import json
from datetime import date

import pytest

from runner.assurance.audit_pack.evidence import Looked
from runner.assurance.audit_pack.readme import readme
from runner.assurance.control import BRIDGES, ControlResult
from runner.assurance.control.bridge import Bridge, Step
from runner.assurance.control.report import ControlCount
from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of
from runner.months import Month
from runner.releases.publish import publish
from runner.releases.refresh import refresh
from runner.releases.store import all_releases, current

JUNE, EARLY = Month(2024, 6), date(2024, 7, 2)


@pytest.fixture
def reconciled(monkeypatch):
    """Makes every refresh find one count that differs by two, so many of them unexplained."""

    def find(unexplained):
        def control_result(home, built, path):
            assert built.file.is_file()
            count = ControlCount(2, "contacts", JUNE, "", None, 4)
            steps = (Step("rejected at landing", 2 - unexplained, 2),) if unexplained < 2 else ()
            bridge = Bridge(count, 2.0, steps, unexplained)
            return ControlResult(built.name, "2024-07-02", path.name, sha256_of(path), None, (bridge,))

        monkeypatch.setattr("runner.releases.refresh.control_result", control_result)

    return find


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "control.csv"
    path.write_text("measure,month,team,count\ncontacts,2024-06,,4\n")
    return path


def test_what_is_unexplained_stops_the_release(home, reconciled, report):
    publish(home, "2024-06")
    before = (current(home), all_releases(home))
    reconciled(unexplained=1)
    with pytest.raises(RunnerError) as fault:
        refresh(home, [JUNE], EARLY, control=report)
    assert fault.value.exit_code == ExitCode.BLOCKED
    assert "counts_agree_with_the_control_report" in fault.value.message
    assert "1 of 1" in fault.value.message
    assert (current(home), all_releases(home)) == before


def test_a_release_keeps_its_bridges_and_its_opinion_rests_on_them(home, reconciled, report):
    reconciled(unexplained=0)
    (made,) = refresh(home, [JUNE], EARLY, control=report)
    folder = made.release.folder / "assurance"
    said = json.loads((folder / "statement.json").read_text())
    assert said["opinion"] == "clear"
    assert said["control_report"]["unexplained"] == 0
    assert [row["rows_tested"] for row in said["families"] if row["family"] == "F09"] == [1]
    assert not any("control report" in what for what in said["not_tested"])
    with (folder / BRIDGES).open(encoding="utf-8", newline="") as file:
        assert [row["reason"] for row in csv.DictReader(file)] == ["rejected at landing", "unexplained"]
    (again,) = refresh(home, [JUNE], EARLY, control=report)
    (without,) = refresh(home, [JUNE], EARLY)
    assert not again.is_new
    assert not without.is_new
    report.write_text(report.read_text() + "contacts,2024-05,,1\n")
    (other,) = refresh(home, [JUNE], EARLY, control=report)
    assert other.is_new


def test_without_a_control_report_the_opinion_is_qualified(built_home):
    (june,) = [release for release in all_releases(built_home) if release.month == JUNE]
    said = json.loads((june.folder / "assurance" / "statement.json").read_text())
    assert (said["opinion"], said["control_report"], june.run["control_hash"]) == ("qualified", None, None)


def test_the_pack_says_what_came_of_it(built_home):
    (june,) = [release for release in all_releases(built_home) if release.month == JUNE]
    manifest = {"tolerance": "1/20", "sheets": {}, "versions": {}, "month": "2024-06"}
    manifest |= dict.fromkeys(("code_hash", "lock_hash", "inputs_hash", "release", "run_id"), "0" * 64)
    manifest["rebuild"] = dict.fromkeys(("command", "rows_hash", "tables", "published_before"), "")
    looked = Looked(control={"counts": 7, "agree": 5, "unexplained": 0})
    page = readme(june, manifest, looked, {BRIDGES})
    assert "7 counts were held against the case system's own: 5 agree, 2 differ, 0 of them" in page
    assert "| `reconciliation.csv` |" in page
