"""The retention rule: what goes, what stays and why, and that nobody calls it damage."""

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from two_releases import Side, Unit, make_release

from runner import ledger
from runner.cli import main
from runner.erasure.retain import retain, retained_text
from runner.files import sha256_of
from runner.home import Home
from runner.releases.doctor import examine
from runner.releases.status import status, status_text
from runner.releases.store import all_releases, point_to

TODAY = date(2024, 8, 15)
DAYS = ("2023-05-02", "2023-06-02", "2023-07-04", "2024-06-04", "2024-07-02")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with five landed extracts, and a release that reads June's states from the second."""
    monkeypatch.setattr("runner.releases.doctor._vintages", lambda home, release: [])
    home = Home(tmp_path / "home")
    for day in DAYS:
        folder = home.landing / day
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps({"as_at": day, "tables": {}}))
        ledger.record(home, "landed", as_at=day, manifest_sha256=sha256_of(folder / "manifest.json"), rows={})
    (home.landing / ".replaced" / "2023-05-02-1").mkdir(parents=True)
    make_release(home, "2024-06-r1", Side(units=[Unit()], as_at=date(2024, 7, 2)), "inputs")
    (release,) = all_releases(home)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release.file}' as release")
        connection.execute(
            "insert into release.marts.dim_month values ('2023-05-01', '2024-07-02', '2023-06-02')"
        )
        connection.execute("detach release")
    run = release.run | {"run_id": "run", "month": "2024-06", "logical_hash": "", "rows": {}}
    (release.folder / "run.json").write_text(json.dumps(run | {"sha256": sha256_of(release.file)}))
    point_to(home, all_releases(home)[0])
    return home


def landed(home: Home) -> list[str]:
    return sorted(path.name for path in home.landing.iterdir() if path.name[0] != ".")


def test_only_what_is_old_and_needed_by_nothing_would_go_and_nothing_is_changed(home):
    before = home.ledger.read_bytes()
    done = retain(home, 12, TODAY)
    assert done.facts() == {
        "landed_for_months": 12,
        "would_remove": ["2023-05-02", "2023-07-04"],
        "kept": {"2023-06-02": "it alone tells the latest states of 2023-05"},
        "months_without_states": [],
    }
    assert "Nothing was changed. Next: the same command with --remove." in retained_text(done)
    assert landed(home) == list(DAYS)
    assert home.ledger.read_bytes() == before


def test_what_is_removed_is_gone_recorded_and_no_damage(home):
    release = sha256_of(all_releases(home)[0].file)
    done = retain(home, 12, TODAY, remove=True)
    assert done.is_done
    assert landed(home) == ["2023-06-02", "2024-06-04", "2024-07-02"]
    assert list((home.landing / ".replaced").iterdir()) == []
    line = ledger.entries(home)[-1]
    assert (line["event"], line["landed_for_months"]) == ("removed by rule", 12)
    assert list(line["extracts"]) == ["2023-05-02", "2023-07-04"]
    assert sha256_of(all_releases(home)[0].file) == release
    (said,) = [finding for finding in examine(home) if finding.what == "landing"]
    assert said.is_well
    assert said.says == "3 extracts, each as it was landed; 2 more removed by the retention rule"
    rows = {row["month"]: row for row in status(home)}
    assert (rows["2023-04"]["landed"], rows["2023-04"]["removed"]) == ([], ["2023-05-02"])
    assert "2023-05-02 (removed)" in status_text(status(home))


def test_an_extract_that_is_gone_without_a_rule_is_damage(home):
    shutil.rmtree(home.landing / DAYS[0])
    (said,) = [finding for finding in examine(home) if finding.what == "landing"]
    assert not said.is_well
    assert said.says.startswith("2023-05-02 was landed and is no longer there, and no rule removed it")


def test_extracts_of_latest_states_go_when_asked_and_it_is_said_what_that_costs(home):
    done = retain(home, 12, TODAY, with_states=True, remove=True)
    assert landed(home) == ["2024-06-04", "2024-07-02"]
    assert "A later refresh knows no latest states of 2023-05 to 2023-05" in retained_text(done)
    assert ledger.entries(home)[-1]["months_without_states"] == ["2023-05"]


def test_the_newest_extract_and_the_published_releases_own_always_stay(home):
    done = retain(home, 1, date(2026, 1, 1), with_states=True, remove=True)
    assert landed(home) == ["2024-07-02"]
    assert done.kept == {date(2024, 7, 2): "it is the newest"}


def test_an_extract_is_kept_to_the_day(home):
    assert [str(day) for day in retain(home, 13, date(2024, 8, 4)).going] == ["2023-05-02"]
    assert [str(day) for day in retain(home, 13, date(2024, 8, 5)).going] == ["2023-05-02", "2023-07-04"]


def test_a_removal_that_is_broken_off_is_ended_by_the_next(home, monkeypatch):
    rename = Path.rename

    def broken(path, target):
        if path.name == "2023-07-04":
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", broken)
        with pytest.raises(KeyboardInterrupt):
            retain(home, 12, TODAY, remove=True)
    assert retain(home, 12, TODAY, remove=True).going == [date(2023, 7, 4)]
    assert landed(home) == ["2023-06-02", "2024-06-04", "2024-07-02"]


def test_an_extract_landed_again_is_no_longer_removed(home):
    retain(home, 12, TODAY, remove=True)
    ledger.record(home, "landed", as_at="2023-05-02", manifest_sha256="", rows={})
    assert {row["month"]: row["removed"] for row in status(home)} == {
        "2024-06": [], "2024-05": [], "2023-06": ["2023-07-04"], "2023-05": []
    }  # fmt: skip


def test_the_command_only_tells_until_it_is_told_to_remove(home, capsys):
    with pytest.raises(SystemExit) as end:
        main(["--home", str(home.root), "retain", "--landed-for", "1"])
    assert end.value.code == 0
    assert "would be removed" in capsys.readouterr().out
    assert landed(home) == list(DAYS)
