"""Hostile text and files, each inert: SQL, paths, HTML, marks that do not show, bombs, links."""

import subprocess
import sys
import time
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import docx
import duckdb
import openpyxl
import pytest
from bombs import TEXTS, long_text, many_rows
from disclosure_release import Cell, broken_down, write_release
from hostile import corpus, told
from landing_extracts import AS_AT, base_extract, tables, write_extract
from narrative_release import STATEMENT, report_of, written_about
from site_release import RELEASE, site_of

from runner.assurance.audit_pack.sheet import read_filled
from runner.assurance.control.report import Known, read_control_report
from runner.assurance.report_check import read_figures
from runner.cli import main
from runner.disclosure.modes import Mode
from runner.errors import ExitCode, RunnerError
from runner.exports.export import export
from runner.home import PROJECT, Home
from runner.landing.land import land
from runner.lineage.project import as_json

SQL, PATHS, HTML, UNICODE = corpus("sql"), corpus("paths"), corpus("html"), corpus("unicode")
WRITTEN = ("/tmp/hostile-written", "/tmp/hostile-written.csv")
"""What a payload that ran would write."""


@pytest.fixture(scope="module")
def extract(tmp_path_factory) -> Path:
    """A sound extract."""
    return write_extract(tmp_path_factory.mktemp("sound") / "extract", base_extract(20))


@pytest.fixture
def folder(tmp_path, extract) -> Path:
    """The files of the sound extract, linked: a test replaces one."""
    (tmp_path / "extract").mkdir()
    for path in extract.iterdir():
        (tmp_path / "extract" / path.name).hardlink_to(path)
    return tmp_path / "extract"


def put(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def state(root: Path) -> dict[str, tuple[int, int]]:
    """Every file under a folder, with its size and the moment it was changed; locks left out."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


ARGUMENTS = {
    "a month": ["scorecard", "{}"],
    "a month to build": ["refresh", "{}"],
    "a month to plan": ["plan", "{}"],
    "a release to publish": ["publish", "{}"],
    "a release to roll back to": ["rollback", "{}", "--reason", "x"],
    "a release to sign off": ["sign-off", "{}", "--role", "Head"],
    "a release to compare": ["diff", "{}", "2024-06"],
    "another to compare": ["diff", "2024-05", "{}"],
    "a measure to compare": ["diff", "2024-05", "2024-06", "--measure", "{}"],
    "a release to check": ["check", "{}"],
    "a release to read": ["scorecard", "2024-06", "--release", "{}"],
    "a measure to trace": ["trace", "{}", "2024-06"],
    "a population": ["trace", "contacts", "2024-06", "--population", "{}"],
    "a measure of the register": ["register", "{}"],
    "a section of the register": ["register", "--section", "{}"],
    "a date": ["refresh", "2024-06", "--as-at", "{}"],
    "a release to show": ["site", "{}"],
    "a month to audit": ["audit-pack", "{}"],
    "a month to copy": ["analyst-copy", "{}", "--key-file", "/nowhere", "--to", "/nowhere"],
    "a period": ["retain", "--landed-for", "{}"],
    "a kind of defect": ["simulate", "/nowhere", "--as-at", "2024-07-02", "--defects", "{}"],
}
"""Every argument that names something, with the payload in its place."""


@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS)
def test_sql_and_paths_in_arguments_name_nothing_and_change_nothing(
    arguments, built_home, monkeypatch, capsys
):
    monkeypatch.setattr("runner.cli.Home", lambda root: Home(root, built_home.project))
    before = state(built_home.root)
    for row in (*SQL, *PATHS):
        payload = row["payload"]
        typed = [payload if one == "{}" else one for one in arguments]
        with pytest.raises(SystemExit) as end:
            main(["--home", str(built_home.root), *typed])
        shown = capsys.readouterr()
        # A path that is there, and is no release, cannot be opened.
        expected = (ExitCode.USAGE, ExitCode.NOTHING_MATCHED, ExitCode.BUSY)
        assert end.value.code in expected, (payload, shown.err)
        assert "root:" not in shown.err
        assert shown.out == "", payload
        assert "Traceback" not in shown.err
    assert state(built_home.root) == before
    assert not any(Path(path).exists() for path in WRITTEN)


def test_a_corpus_is_as_large_as_it_must_be():
    assert len(SQL) >= 60
    assert len(PATHS) >= 15
    assert len(TEXTS) >= 12


def test_sql_in_values_is_landed_as_it_is(tmp_path, folder):
    extract = base_extract(len(SQL))
    for row, hostile in zip(extract["ssd_contacts"], SQL, strict=True):
        row["cont_contact_source_desc"] = hostile["payload"]
    write_extract(folder.parent / "hostile", extract)
    landed = land(folder.parent / "hostile", AS_AT, Home(tmp_path / "home"))
    file = landed.folder / "ssd_contacts.parquet"
    query = f"select cont_contact_source_desc from read_parquet('{file}') order by source_line"
    assert [cell for (cell,) in duckdb.sql(query).fetchall()] == [row["payload"].strip() for row in SQL]
    assert all(entry["accepted"] == len(SQL) for entry in landed.manifest["tables"].values())
    assert not any(Path(path).exists() for path in WRITTEN)


# What is refused unread --------------------------------------------------------------------------


def refused(call, says: str) -> None:
    """Sees that a file is refused, quickly, in one sentence."""
    started = time.process_time()
    with pytest.raises(RunnerError) as fault:
        call()
    assert time.process_time() - started < 2
    assert fault.value.exit_code == ExitCode.REFUSED
    assert says in fault.value.message


@pytest.mark.parametrize("name", TEXTS)
def test_a_bomb_is_refused_where_a_table_is_expected(name, folder, tmp_path):
    make, says = TEXTS[name]
    put(folder / "ssd_address.csv", make())
    refused(lambda: land(folder, AS_AT, Home(tmp_path / "home")), says)
    assert not list((tmp_path / "home" / "landing").glob("*"))


@pytest.mark.parametrize("name", list(TEXTS)[:12])
def test_a_bomb_is_refused_wherever_a_file_is_named(name, tmp_path):
    make, says = TEXTS[name]
    file = tmp_path / "report.csv"
    file.write_bytes(make())
    nothing = Known(frozenset(), (None, None), {})
    for read in (read_figures, read_filled, lambda path: read_control_report(path, nothing)):
        refused(lambda read=read: read(file), says)


@pytest.mark.parametrize("kind", ["rows", "text"])
def test_parquet_that_unpacks_to_more_than_is_read_is_refused(kind, folder, tmp_path):
    (folder / "ssd_address.csv").unlink()
    if kind == "rows":
        many_rows(folder / "ssd_address.parquet")
    else:
        long_text(folder / "ssd_address.parquet", tables()["ssd_address"].names[:9])
    says = {"rows": "holds 50,000,001 rows", "text": "unpacks to more than"}[kind]
    refused(lambda: land(folder, AS_AT, Home(tmp_path / "home")), says)


def test_tables_that_memory_does_not_hold_are_refused(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("runner.database.MEMORY", "64MB")
    (folder / "ssd_address.csv").unlink()
    long_text(folder / "ssd_address.parquet", tables()["ssd_address"].names, 500)
    refused(lambda: land(folder, AS_AT, Home(tmp_path / "home")), "more than the memory and the disk")


def test_files_of_ten_gigabytes_without_content_are_refused_at_once(folder, tmp_path):
    for name in ("ssd_address.csv", "control.csv"):
        (folder / name).unlink(missing_ok=True)
        with (folder / name).open("wb") as file:
            file.truncate(10 * 2**30)
        refused(lambda: land(folder, AS_AT, Home(tmp_path / "home")), f"{name} holds 10,737,418,240 bytes")
        (folder / name).unlink()
        write_extract(folder, {"ssd_address": base_extract(20)["ssd_address"]})
    with (tmp_path / "report.csv").open("wb") as file:
        file.truncate(10 * 2**30)
    for read in (read_figures, read_filled):
        refused(lambda read=read: read(tmp_path / "report.csv"), "the most that is read is")


def test_all_bombs_together_take_little_memory(folder, tmp_path):
    script = (
        "import sys, resource; from pathlib import Path; sys.path[:0] = sys.argv[1:3]\n"
        "from bombs import TEXTS; from runner.errors import RunnerError\n"
        "from runner.outside import check_text\n"
        "from runner.landing.sources import scan_text\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for number in range(len(TEXTS)):\n"
        "    for read in (scan_text, lambda path: check_text(path, '')):\n"
        "        try: read(Path(sys.argv[3]) / f'{number}.csv')\n"
        "        except RunnerError: pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    for number, (make, _) in enumerate(TEXTS.values()):
        (tmp_path / f"{number}.csv").write_bytes(make())
    tests = str(PROJECT / "tests" / "python")
    run = subprocess.run(
        [sys.executable, "-c", script, str(PROJECT), tests, str(tmp_path)], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 64 * 1024, "kilobytes"


@pytest.mark.parametrize("target", ["ssd_address.csv", "control.csv"])
def test_a_link_in_an_extract_is_refused(target, folder, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("table,rows\n")
    (folder / target).unlink(missing_ok=True)
    (folder / target).symlink_to(outside)
    refused(lambda: land(folder, AS_AT, Home(tmp_path / "home")), f"{target} is a link to another place")


def test_links_among_landed_extracts_and_runs_lose_nothing_they_lead_to(folder, tmp_path):
    home = Home(tmp_path / "home")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("kept")
    home.landing.mkdir(parents=True)
    (home.landing / ".incoming-1").symlink_to(outside)
    land(folder, AS_AT, home)
    assert (outside / "kept.txt").read_text() == "kept"
    assert not (home.landing / ".incoming-1").exists()


@pytest.mark.parametrize("row", PATHS, ids=told(PATHS))
def test_a_path_in_a_control_file_is_no_table(row, folder, tmp_path):
    put(folder / "control.csv", f'table,rows\n"{row["payload"]}",1\n'.encode())
    refused(lambda: land(folder, AS_AT, Home(tmp_path / "home")), "is no table of the contract")


def test_marks_that_do_not_show_reject_the_row(tmp_path):
    extract = base_extract(60)
    free = [
        (table.name, column.name)
        for table in tables().values()
        for column in table.columns[:0:-1]
        if column.type == "text" and column.max_length > 20 and not (column.codes or column.references)
    ]
    # One of sixty rows of a table is below the share that refuses the extract.
    marked = dict(free)
    for (table, column), row in zip(marked.items(), UNICODE, strict=False):
        extract[table][3][column] = row["payload"]
    assert len(marked) >= len(UNICODE)
    landed = land(write_extract(tmp_path / "marked", extract), AS_AT, Home(tmp_path / "home"))
    found = duckdb.sql(f"from read_parquet('{landed.folder}/rejected.parquet')").fetchall()
    marks = [one for one in found if one[4] == "holds control characters"]
    assert sorted((one[0], one[1], one[3]) for one in marks) == sorted(
        (table, 5, row["payload"]) for table, row in zip(marked, UNICODE, strict=False)
    )


def test_a_code_of_look_alike_letters_is_no_code(folder, tmp_path):
    extract = base_extract(60)
    extract["ssd_person"][3]["pers_sex"] = "\N{CYRILLIC CAPITAL LETTER EM}"
    landed = land(write_extract(tmp_path / "alike", extract), AS_AT, Home(tmp_path / "home"))
    kinds = {(one["table"], one["kind"]) for one in landed.manifest["warnings"]}
    rejected = duckdb.sql(f"from read_parquet('{landed.folder}/rejected.parquet')").fetchall()
    assert ("ssd_person", "unknown_code") in kinds or rejected


# Pages ------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Counts the elements of a page with the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter = Counter()

    def handle_starttag(self, tag, attrs):
        self.seen[tag, *sorted(name for name, _ in attrs)] += 1
        for name, value in attrs:
            assert not (
                name in ("href", "src") and (value or "").strip().lower().startswith(("javascript:", "data:"))
            )


def tags(page: Path) -> Counter:
    parser = Tags()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.seen


NAMES = (
    "North & East",
    "Section 47 enquiries",
    "An end before its start",
    "children under 5",
    "they count transfers in",
)
"""What the release of three measures calls a team, a measure, a check, a group and a difference."""
TOGETHER = " ".join(row["payload"] for row in HTML)


def with_hostile_names(release: str) -> str:
    """The SQL of a release with all payloads in the place of each name."""
    for name in NAMES:
        assert name in release
        release = release.replace(f"'{name}'", "'" + TOGETHER.replace("'", "''") + "'")
    return release


def put_lineage(folder: Path, text: str) -> None:
    """Writes the lineage of two tables, in which a text stands wherever one can stand."""
    folder.mkdir()
    step = {"name": text, "expression": text}
    column = {"meaning": text, "expression": text, "within": text, "steps": [step], "made_of": ["source.of"]}
    made = {"layer": "marts", "path": text, "meaning": text, "reads": ["source"], "sql": f"-- {text}"}
    tables = {
        "source": {"layer": "source", "path": text, "meaning": text, "reads": [], "conditions": []}
        | {"columns": {"of": {"meaning": text, "made_of": []}}, "sql": None},
        "made": made
        | {"columns": {"as": column | {"is_constant": False, "is_inexact": True}}, "conditions": []},
    }
    (folder / "lineage.json").write_text(as_json(tables), encoding="utf-8")


def test_html_in_names_is_text_on_every_page(tmp_path, monkeypatch):
    put_lineage(tmp_path / "plain", "words")
    site_of(tmp_path / "plain")
    plain = pages_of(tmp_path / "plain" / "site")
    assert {"teams/1.html", "lineage/made.html", "lineage/sources.html"} <= plain.keys()
    monkeypatch.setattr("site_release.RELEASE", with_hostile_names(RELEASE))
    put_lineage(tmp_path / "hostile", TOGETHER)
    site_of(tmp_path / "hostile")
    hostile = pages_of(tmp_path / "hostile" / "site")
    assert {name: tags(page) for name, page in hostile.items()} == {
        name: tags(page) for name, page in plain.items()
    }
    for name in ("teams/1.html", "lineage/made.html", "lineage/sources.html", "index.html"):
        assert "&lt;script&gt;" in hostile[name].read_text(encoding="utf-8"), name
    assert all("{{ 7 * 7 }}" in text or "7 * 7" not in text for text in map(Path.read_text, hostile.values()))


def pages_of(site: Path) -> dict[str, Path]:
    """The pages of a site by their path in it."""
    return {page.relative_to(site).as_posix(): page for page in sorted(site.rglob("*.html"))}


def test_html_in_names_is_text_in_the_boards_report(tmp_path, monkeypatch):
    made = {}
    for kind in ("plain", "hostile"):
        (tmp_path / kind).mkdir()
        made[kind] = report_of(written_about(tmp_path / kind), tmp_path / kind, statement=STATEMENT)
        monkeypatch.setattr("narrative_release.RELEASE", with_hostile_names(RELEASE))
        monkeypatch.setitem(STATEMENT["exceptions"][0], "says", TOGETHER)
        monkeypatch.setitem(STATEMENT, "limits", [TOGETHER])
    pages = {kind: page for kind, (page, _) in made.items()}
    assert tags(pages["hostile"]) == tags(pages["plain"])
    assert "&lt;script&gt;" in pages["hostile"].read_text(encoding="utf-8")
    documents = {kind: docx.Document(document) for kind, (_, document) in made.items()}
    links = {kind: sorted(rel.reltype for rel in told.part.rels.values()) for kind, told in documents.items()}
    assert links["hostile"] == links["plain"]
    assert any("<script>" in paragraph.text for paragraph in documents["hostile"].paragraphs)


def test_html_in_names_is_text_in_what_is_exported(tmp_path):
    home = Home(tmp_path)
    total = Cell("visits", 60)
    release = write_release(home, [total, *broken_down(total, "team", (TOGETHER, 25), ("T2", 35))])
    made = export(home, release, Mode.INTERNAL, tmp_path / "export")
    assert "<script>" not in (made.folder / "README.md").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(made.folder / "scorecard.xlsx")
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert any(cell.value == TOGETHER for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    with zipfile.ZipFile(made.folder / "scorecard.xlsx") as parts:
        assert not any(b"<script" in parts.read(name) for name in parts.namelist())
