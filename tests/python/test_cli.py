"""The commands: exit codes, what goes where, and a start without heavy imports."""

import json
import os
import resource
import subprocess
import sys

import pytest

from runner import ledger
from runner.cli import main
from runner.home import PROJECT, Home, find_home


@pytest.fixture
def run(home, monkeypatch, capsys):
    """Runs a command in the built home; returns its exit code, standard output and standard error."""
    monkeypatch.setattr("runner.cli.Home", lambda root: Home(root, home.project))

    def _run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["--home", str(home.root), *arguments])
        shown = capsys.readouterr()
        return end.value.code, shown.out, shown.err

    return _run


def test_help_imports_nothing_heavy():
    script = (
        "import sys; from runner.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'dbt', 'duckdb', 'pandas', 'great_expectations', 'numpy'} & sys.modules.keys()\n"
        "sys.exit(f'{heavy} imported' if heavy else 0)"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "refresh" in run.stdout


def test_every_command_has_its_place_in_the_help(run):
    _, shown, _ = run("--help")
    listed = {line.split()[0] for line in shown.splitlines() if line.startswith("  ")}
    assert main.commands.keys() <= listed


def test_status_answers_in_text_and_in_json(run):
    code, shown, told = run("status")
    assert (code, told) == (0, "")
    assert shown.splitlines()[0].split() == ["month", "landed", "built", "published"]
    assert [row["month"] for row in json.loads(run("status", "--json")[1])] == ["2024-06", "2024-05"]


def test_publish_says_loudly_that_nobody_signed(run):
    code, shown, told = run("publish")
    assert code == 0
    assert shown == "2024-06-r1 is published, as at 2024-07-31.\n"
    assert told == "UNSIGNED: nobody has signed off 2024-06-r1.\n"


def test_a_refresh_that_changes_nothing_says_so(run):
    assert run("refresh", "2024-06") == (
        0,
        "Nothing to do: 2024-06-r1 came of the same extract and the same code.\n",
        "",
    )


def test_a_refresh_answers_on_standard_output_and_tells_progress_on_standard_error(run):
    code, shown, told = run("refresh", "2024-06", "--as-at", "2024-07-02", "--json")
    (made,) = json.loads(shown)
    assert (code, made["release"], made["is_new"], made["checks"]) == (0, "2024-06-r2", True, 1)
    assert told.splitlines() == ["Building 2024-06 from the extract of 2024-07-02", "  built 11 of 11"]


def test_a_range_builds_each_month(run):
    code, shown, _ = run("refresh", "--from", "2024-05", "--to", "2024-06")
    assert code == 0
    assert shown.count("Nothing to do") == 2


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["refresh"], 2, "Name one MONTH"),
        (["refresh", "2024-06", "--from", "2024-05", "--to", "2024-06"], 2, "Name one MONTH"),
        (["refresh", "--from", "2024-05"], 2, "Name one MONTH"),
        (["refresh", "--from", "2024-06", "--to", "2024-05"], 2, "A range goes"),
        (["refresh", "2024-6"], 2, "write it as 2024-06"),
        (["refresh", "2024-06'); drop table x; --"], 2, "write it as 2024-06"),
        (["refresh", "2024-06", "--as-at", "2024-02-30"], 2, "write it as 2024-07-02"),
        (["refresh", "2024-06", "--as-at", "{{ 1 }}"], 2, "write it as 2024-07-02"),
        (["refresh", "2024-12"], 7, "Next: `runner land"),
        (["plan", "2024-12"], 7, "Next: `runner land"),
        (["publish", "2024-12"], 7, "Next: `runner refresh 2024-12`"),
        (["rollback", "2024-06-r1"], 2, "--reason"),
        (["rollback", "2024-06-r1", "--reason", " "], 2, "say it in words"),
        (["sign-off", "2024-06-r1", "--role", ""], 2, "say it in words"),
        (["rollback", "2024-06-r1", "--reason", "wrong extract"], 7, "never published"),
        (["no-such-command"], 2, "No such command"),
    ],
)
def test_a_mistake_gets_its_exit_code_and_what_to_do(run, arguments, code, says):
    ended, shown, told = run(*arguments)
    assert (ended, shown) == (code, "")
    assert says in told
    assert "Traceback" not in told


def test_doctor_is_well_and_then_is_not(run, home):
    code, shown, _ = run("doctor")
    assert code == 0, shown
    ledger.record(home, "looked at")
    home.ledger.write_bytes(home.ledger.read_bytes().replace(b"2024-05-r1", b"2024-05-r9"))
    code, shown, told = run("doctor")
    assert code == 3
    assert "FAULT  ledger" in shown
    assert "1 of 18 looks" in told


def test_a_fault_of_the_file_system_is_one_sentence(run, home):
    (home.releases / "CURRENT").mkdir()
    code, _, told = run("status")
    assert code == 1
    assert told.splitlines()[0].endswith("CURRENT: Is a directory. Nothing was published.")


def test_home_is_the_nearest_folder_that_holds_data_or_a_project(tmp_path):
    (tmp_path / "landing").mkdir()
    inside = tmp_path / "landing/2024-07-02"
    inside.mkdir()
    assert find_home(inside).root == tmp_path


def test_a_signature_quiets_publish_and_a_refusal_stops_it(run):
    role = ("--role", "Head of Performance")
    code, shown, told = run("sign-off", "2024-06", *role)
    assert (code, told) == (0, "")
    assert shown.splitlines()[0] == "Head of Performance signed off 2024-06-r1."
    assert run("publish", "2024-06-r1")[1:] == ("2024-06-r1 is published, as at 2024-07-31.\n", "")
    code, shown, _ = run("sign-off", "2024-05", *role, "--refuse", "--reason", "wrong extract")
    assert (code, shown) == (0, "Head of Performance refused 2024-05-r1; it cannot be published.\n")


@pytest.mark.parametrize(
    "options", [("--refuse",), ("--reason", "late"), ("--refuse", "--reason", " "), ("--role", " ")]
)
def test_a_refusal_and_only_a_refusal_has_a_reason(run, options):
    before = run("status")
    assert run("sign-off", "2024-06", "--role", "Head of Performance", *options)[0] == 2
    assert run("status") == before


def test_what_a_command_writes_is_for_nobody_else_and_it_leaves_no_core_file(run, home):
    was = os.umask(0)
    try:
        run("status")
        ledger.record(Home(home.root / "inner"), "looked at")
        assert (home.root / "inner" / "ledger.jsonl").stat().st_mode & 0o037 == 0
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    finally:
        os.umask(was)
