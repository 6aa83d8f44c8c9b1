"""Exports: the shape of each file, one figure in all of them, and what is refused."""

import csv
import importlib
import json
from datetime import date

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner
from disclosure_release import Cell, broken_down, read_rows, revised_to_a_small_count, write_release

from runner import ledger
from runner.cli import main
from runner.disclosure.modes import Mode
from runner.errors import ExitCode, RunnerError
from runner.exports import export as exports
from runner.exports.tables import COLUMNS
from runner.home import Home

MAY = date(2024, 5, 1)
PERSON = "P-4471-B"


def some_cells() -> list[Cell]:
    """Visits, with a small team whose name a spreadsheet would run; a share, a mean and months."""
    visits, share = Cell("visits", 60), Cell("seen", 40, 60)
    return [
        visits,
        *broken_down(visits, "team", ("T1", 3), ("T2", 20), ("T3", 37)),
        *broken_down(visits, "age_band", ("10 to 15", 30), ("under 1", 30)),
        *broken_down(visits, "sex", ("female", 3), ("male", 57)),
        Cell("visits", 50, month=MAY),
        Cell("visits", 20, population="aged under 5"),
        share,
        *broken_down(share, "sex", ("female", 15, 30), ("male", 25, 30)),
        Cell("caseload", 0, 7.5, statistic="mean", amount=90),
        Cell("nothing", 0, 0),
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """A home whose release is exported in each mode."""
    home = Home(tmp_path_factory.mktemp("exports"))
    units = [("caseload", 1, 20, [])]
    release = write_release(
        home, some_cells(), populations=[("visits", "aged under 5", None, True)], units=units
    )
    for mode in Mode:
        exports.export(home, release, mode, exports.default_folder(home, release, mode))
    return home


def folder_of(home: Home, mode: str):
    return home.root / "exports" / f"2024-06-r1-{mode}"


def rows_of(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("mode", list(Mode))
def test_one_figure_is_the_same_in_every_format(home, mode):
    folder = folder_of(home, mode)
    tidy = {
        (row["measure_id"], row["statistic"], row["reporting_month"], row["population"]): row["value"]
        for row in rows_of(folder / "tidy" / "figures.csv")
    }
    assert tidy["visits", "count", "2024-06-01", "all"] == "60"
    titles = {f"All the {measure}": measure for measure, *_ in tidy}
    with duckdb.connect() as connection:
        star = connection.execute(
            f"from read_parquet('{folder / 'star' / 'figures.parquet'}')"
            " select measure_id, statistic, cast(reporting_month as varchar), population, value, availability"
        ).fetchall()
        connection.execute(f"attach '{folder / 'scorecard.duckdb'}' as handed_out (read_only)")
        held = connection.execute(
            "select measure_id, statistic, cast(reporting_month as varchar), population, value, availability"
            " from handed_out.figures"
        ).fetchall()
    assert star == held
    marks = {"suppressed": "c", "not applicable": "z"}
    assert tidy == {tuple(row[:4]): marks.get(row[5]) or f"{row[4]:g}" for row in star}

    table = table_of(openpyxl.load_workbook(folder / "scorecard.xlsx")["Scorecard"])
    words = {"number": "count", "percentage": "percent", "rate per 10,000 children": "rate", "mean": "mean"}
    sheet = {
        (titles[row["Measure"]], words[row["Statistic"]], "2024-06-01", row["Group"]): row["Value"]
        for row in table
    }
    assert {
        key: f"{value:g}" if isinstance(value, (int, float)) else value for key, value in sheet.items()
    } == {key: value for key, value in tidy.items() if key[2] == "2024-06-01"}

    ees = {
        (
            titles[row["measure"]],
            f"2024-0{5 if row['time_identifier'] == 'May' else 6}-01",
            row["population"],
        ): row
        for row in rows_of(folder / "ees" / "scorecard.csv")
        if row["breakdown"] == "Total"
    }
    for (measure, statistic, month, population), value in tidy.items():
        assert ees[measure, month, "Total" if population == "all" else population][statistic] == value


def table_of(sheet) -> list[dict]:
    """The rows of a sheet's one table, by its headings without their notes."""
    (table,) = sheet.tables.values()
    head, *rows = [[cell.value for cell in row] for row in sheet[table.ref]]
    return [dict(zip([name.split("\n")[0] for name in head], row, strict=True)) for row in rows]


def test_each_mode_shows_what_it_may(home):
    def teams(mode: str) -> dict[str, str]:
        rows = rows_of(folder_of(home, mode) / "tidy" / "breakdowns.csv")
        return {
            row["team_id"]: row["value"] for row in rows if row["team_id"] and row["statistic"] == "count"
        }

    assert teams("internal") == {"T1": "3", "T2": "20", "T3": "37"}
    assert teams("partner") == {"T1": "c", "T2": "20", "T3": "37"}
    assert teams("public") == {}
    with duckdb.connect() as connection:
        path = folder_of(home, "public") / "star" / "dim_team.parquet"
        assert connection.execute(f"select count(team_id) from read_parquet('{path}')").fetchone() == (0,)


def test_a_hidden_count_is_hidden_in_its_rate_too(home):
    rows = rows_of(folder_of(home, "partner") / "tidy" / "breakdowns.csv")
    small = [row for row in rows if row["team_id"] == "T1"]
    assert {row["statistic"] for row in small} == {"count", "rate"}
    assert {row[name] for row in small for name in ("numerator", "denominator", "value")} == {"c"}


def test_a_public_export_does_not_say_which_cell_was_small(home):
    for path in folder_of(home, "public").rglob("*"):
        if path.is_file():
            assert b"protects another" not in path.read_bytes()


def test_nothing_of_a_person_or_a_unit_is_exported(home):
    names = {column.name for columns in COLUMNS.values() for column in columns}
    assert not names & {"person_id", "unit_id", "worker_id", "source_id"}
    for path in (home.root / "exports").rglob("*"):
        if path.is_file():
            assert PERSON.encode() not in path.read_bytes()


def test_the_spreadsheet_is_accessible(home):
    book = openpyxl.load_workbook(folder_of(home, "public") / "scorecard.xlsx")
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    names = []
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert sheet["A1"].value
        filled = [any(cell.value is not None for cell in row) for row in sheet.iter_rows()]
        assert all(filled), f"a blank row in {sheet.title}"
        if sheet.title != "Cover":
            (table,) = sheet.tables.values()
            names.append(table.name)
            cells = [cell.value for row in sheet[table.ref] for cell in row]
            assert None not in cells, f"an empty cell in {sheet.title}"
    assert len(set(names)) == len(names)
    cover = " ".join(str(row[0].value) for row in book["Cover"].iter_rows())
    assert "c = suppressed" in cover
    assert "[p] = provisional" in cover
    assert "invented" in cover


def test_numbers_are_numbers_and_text_that_looks_like_a_formula_is_text(home):
    book = openpyxl.load_workbook(folder_of(home, "internal") / "scorecard.xlsx")
    teams = table_of(book["By team"])
    assert {row["Team"] for row in teams} == {"'=North", "South", "West"}
    assert {type(row["Value"]) for row in teams} <= {int, float}
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}
    for path in (folder_of(home, "internal")).rglob("*.csv"):
        for row in csv.reader(path.open(encoding="utf-8", newline="")):
            assert not any(cell.startswith(("=", "@", "+")) for cell in row)


def test_provisional_figures_are_marked(home):
    book = openpyxl.load_workbook(folder_of(home, "internal") / "scorecard.xlsx")
    assert {row["Status"] for row in table_of(book["Scorecard"])} == {"[p]"}
    heads = [name for name in table_of(book["Months"])[0] if "2024" in name]
    assert heads == ["May 2024", "June 2024 [p]"]


def test_ages_are_in_their_order(home):
    ages = [
        row["Age"]
        for row in table_of(openpyxl.load_workbook(folder_of(home, "public") / "scorecard.xlsx")["By age"])
    ]
    assert ages[:2] == ["under 1", "10 to 15"]


TIME_AND_PLACE = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
]


@pytest.mark.parametrize("mode", list(Mode))
def test_the_ees_files_have_the_shape_that_the_screener_asks_for(home, mode):
    folder = folder_of(home, mode) / "ees"
    data, meta = rows_of(folder / "scorecard.csv"), rows_of(folder / "scorecard.meta.csv")
    assert list(meta[0]) == [
        "col_name",
        "col_type",
        "label",
        "indicator_grouping",
        "indicator_unit",
        "indicator_dp",
        "filter_hint",
        "filter_grouping_column",
    ]
    columns = list(data[0])
    assert columns[: len(TIME_AND_PLACE)] == TIME_AND_PLACE
    named = [row["col_name"] for row in meta]
    groups = [row["filter_grouping_column"] for row in meta if row["filter_grouping_column"]]
    assert sorted(named + groups) == sorted(columns[len(TIME_AND_PLACE) :])
    assert len(set(named)) == len(named)
    assert len({row["label"] for row in meta}) == len(meta)
    for row in meta:
        assert row["col_name"] == row["col_name"].lower().replace(" ", "_")
        assert row["label"]
        if row["col_type"] == "Filter":
            assert (row["indicator_grouping"], row["indicator_unit"], row["indicator_dp"]) == ("", "", "")
            assert len({line[row["col_name"]] for line in data}) > 1
            assert all(line[row["col_name"]] == line[row["col_name"]].strip() != "" for line in data)
        else:
            assert row["col_type"] == "Indicator"
            assert row["indicator_unit"] in ("", "%")
            assert row["indicator_dp"].isdigit()
            assert (row["filter_hint"], row["filter_grouping_column"]) == ("", "")
            for line in data:
                assert line[row["col_name"]] in ("c", "z") or float(line[row["col_name"]]) >= 0
    assert {line["population"] for line in data} >= {"Total"}
    assert {line["breakdown"] for line in data} >= {"Total"}
    assert {line["time_period"] for line in data} == {"2024"}
    assert {line["time_identifier"] for line in data} == {"May", "June"}
    assert {line["geographic_level"] for line in data} == {"Local authority"}
    assert {(line["country_code"], line["country_name"]) for line in data} == {("E92000001", "England")}
    filters = [row["col_name"] for row in meta if row["col_type"] == "Filter"]
    keys = [tuple(line[name] for name in (*TIME_AND_PLACE[:3], *filters)) for line in data]
    assert len(set(keys)) == len(keys)


def test_a_councils_own_authority_comes_first(tmp_path):
    home = Home(tmp_path)
    release = write_release(home, [Cell("visits", 60)])
    (tmp_path / "authority.csv").write_text(
        "country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name\n"
        "E92000001,England,E12000009,South West,999,E06999999,Somewhere\n"
    )
    made = exports.export(home, release, Mode.INTERNAL, tmp_path / "out")
    assert {row["la_name"] for row in rows_of(made.folder / "ees" / "scorecard.csv")} == {"Somewhere"}


def test_the_star_has_plain_types_and_its_dictionary_says_what_they_are(home):
    folder = folder_of(home, "public") / "star"
    listed: dict[str, dict[str, str]] = {}
    for row in rows_of(folder / "dictionary.csv"):
        listed.setdefault(row["table"], {})[row["column"]] = row["type"]
        assert row["meaning"]
    assert {path.stem for path in folder.glob("*.parquet")} == set(listed)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder.parent / 'scorecard.duckdb'}' as handed_out (read_only)")
        for table, columns in listed.items():
            described = connection.execute(
                f"describe from read_parquet('{folder / table}.parquet')"
            ).fetchall()
            assert {name: kind for name, kind, *_ in described} == columns
            again = connection.execute(f"describe from handed_out.{table}").fetchall()
            assert {name: kind for name, kind, *_ in again} == columns
            assert set(columns.values()) <= {"VARCHAR", "DATE", "DOUBLE", "BIGINT", "BOOLEAN"}
        for row in rows_of(folder / "dictionary.csv"):
            if row["key_of"]:
                table, column = row["key_of"].split(".")
                missing = connection.execute(
                    f"select count(1) from handed_out.{row['table']} where {row['column']} is not null and"
                    f" {row['column']} not in (select {column} from handed_out.{table})"
                ).fetchone()
                assert missing == (0,)
                keys = connection.execute(
                    f"select count({column}) = count(distinct {column}) from handed_out.{table}"
                ).fetchone()
                assert keys == (True,)


def test_the_duckdb_file_is_written_for_older_clients(home):
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{folder_of(home, 'public') / 'scorecard.duckdb'}' as handed_out (read_only)"
        )
        tags = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'handed_out'"
        ).fetchone()
    # What DuckDB says of files that 1.1 writes: readable since 1.0.
    assert tags[0] in ("v1.0.0+", "v1.1.0+")


def test_the_manifest_names_every_file_and_the_ledger_the_manifest(home):
    folder = folder_of(home, "public")
    manifest = json.loads((folder / "manifest.json").read_text())
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == files - {"manifest.json"}
    rows = read_rows(folder)
    assert manifest["figures"]["suppressed"] == sum(row["value"] == "c" for row in rows) > 0
    assert manifest["disclosure_check"]["small_counts_recovered"] == 0
    lines = [line for line in ledger.entries(home) if line["event"] == "exported"]
    assert [line["mode"] for line in lines] == ["internal", "partner", "public"]
    assert lines[2]["figures"] == manifest["figures"]
    assert ledger.verify(home) == len(ledger.entries(home))
    assert "Open Government Licence" in (folder / "README.md").read_text()
    assert "inside the council only" in (folder_of(home, "internal") / "README.md").read_text()


def test_the_same_export_again_has_the_same_bytes(home):
    from runner.releases.store import find_release

    first = folder_of(home, "public")
    again = exports.export(home, find_release(home, "2024-06-r1"), Mode.PUBLIC, home.root / "again").folder
    for path in sorted(first.rglob("*")):
        # DuckDB writes no two files alike; the tables in it are those of the Parquet files.
        if path.is_file() and path.name not in ("scorecard.duckdb", "manifest.json"):
            assert path.read_bytes() == (again / path.relative_to(first)).read_bytes(), path.name
    assert len(list((home.root / "exports" / "records").iterdir())) == 1


def invoke(home: Home, *words: str):
    return CliRunner().invoke(main, ["--home", str(home.root), "export", *words])


def test_the_command_says_where_it_is_and_how_much_it_shows(tmp_path):
    home = Home(tmp_path)
    write_release(home, some_cells())
    done = invoke(home, "2024-06", "--mode", "partner", "--json")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert said["folder"] == str(tmp_path / "exports" / "2024-06-r1-partner")
    assert invoke(home, "2024-06", "--mode", "partner").exit_code == ExitCode.REFUSED
    assert invoke(home, "2024-06", "--mode", "everyone").exit_code == ExitCode.USAGE
    assert invoke(home, "2024-05", "--mode", "partner").exit_code == ExitCode.NOTHING_MATCHED


def test_a_public_export_is_of_the_published_release_alone(tmp_path):
    home = Home(tmp_path)
    write_release(home, some_cells(), "2024-06-r1")
    write_release(home, some_cells(), "2024-06-r2")
    draft = write_release(Home(tmp_path / "elsewhere"), some_cells(), "2024-06-r3")
    draft.folder.rename(home.releases / "2024-06-r3")
    for name, code in (("2024-06-r1", ExitCode.BLOCKED), ("2024-06-r3", ExitCode.NOT_SIGNED_OFF)):
        done = invoke(home, "2024-06", "--mode", "public", "--release", name)
        assert done.exit_code == code
        assert name in done.stderr
    assert not (tmp_path / "exports").exists()
    assert invoke(home, "2024-06", "--mode", "internal").exit_code == 0


def test_nothing_is_written_where_a_small_count_would_be_given_away(tmp_path, monkeypatch):
    home = Home(tmp_path)
    release = write_release(home, some_cells())
    before = ledger.entries(home)
    decide = exports.decide

    def careless(connection, mode, records):
        """Suppresses what is small, and forgets what would give it away."""
        found = decide(connection, mode, records)
        found.reason[found.reason == "protects another"] = ""
        return found

    monkeypatch.setattr(exports, "decide", careless)
    with pytest.raises(RunnerError, match="give away") as refused:
        exports.export(home, release, Mode.PUBLIC, tmp_path / "exports" / "out")
    assert refused.value.exit_code == ExitCode.BLOCKED
    assert list((tmp_path / "exports").iterdir()) == []
    assert ledger.entries(home) == before


@pytest.mark.parametrize("where", ["runner.exports.text_files", "runner.exports.workbook"])
def test_no_file_shows_what_the_others_do_not(tmp_path, monkeypatch, where):
    """A writer that prints a number for a suppressed figure is found, whichever file it writes."""
    home = Home(tmp_path)
    release = write_release(home, some_cells())
    module = importlib.import_module(where)
    write = module.written
    monkeypatch.setattr(module, "written", lambda value, how: 3 if how == "suppressed" else write(value, how))
    with pytest.raises(RunnerError, match=r"show the same|give away") as refused:
        exports.export(home, release, Mode.PUBLIC, tmp_path / "exports" / "out")
    assert refused.value.exit_code == ExitCode.BLOCKED
    assert list((tmp_path / "exports").iterdir()) == []


def test_the_explore_education_statistics_are_read_back(tmp_path, monkeypatch):
    home = Home(tmp_path)
    release = write_release(home, some_cells())
    write = exports.write_ees

    def careless(connection, home, folder):
        write(connection, home, folder)
        file = folder / "scorecard.csv"
        file.write_text(file.read_text().replace(",c,", ",3,"))

    monkeypatch.setattr(exports, "write_ees", careless)
    with pytest.raises(RunnerError, match=r"ees/scorecard\.csv: All the"):
        exports.export(home, release, Mode.PUBLIC, tmp_path / "exports" / "out")


def test_an_export_says_what_earlier_ones_give_away_by_themselves(tmp_path):
    home = Home(tmp_path)
    for number, (of_all, members) in enumerate(revised_to_a_small_count(), start=1):
        total = Cell("visits", of_all)
        cells = [total, *broken_down(total, "sex", *members)]
        release = write_release(home, cells, f"2024-06-r{number}")
        made = exports.export(home, release, Mode.PUBLIC, tmp_path / str(number))
    assert made.manifest["disclosure_check"]["given_away_by_earlier_exports"] == 1
    said = "1 small count is given away by earlier public exports alone"
    assert said in (made.folder / "README.md").read_text()
    assert said in exports.export_text(made)


def test_an_altered_release_is_not_exported(tmp_path):
    home = Home(tmp_path)
    release = write_release(home, some_cells())
    release.file.write_bytes(release.file.read_bytes() + b"x")
    with pytest.raises(RunnerError) as refused:
        exports.export(home, release, Mode.INTERNAL, tmp_path / "out")
    assert refused.value.exit_code == ExitCode.BLOCKED
    assert not (tmp_path / "out").exists()


def test_an_altered_record_of_an_earlier_export_blocks_the_next(tmp_path):
    home = Home(tmp_path)
    release = write_release(home, [Cell("visits", 60)])
    exports.export(home, release, Mode.PUBLIC, tmp_path / "one")
    (record,) = (tmp_path / "exports" / "records").iterdir()
    record.unlink()
    with pytest.raises(RunnerError) as refused:
        exports.export(home, release, Mode.PUBLIC, tmp_path / "two")
    assert refused.value.exit_code == ExitCode.BLOCKED
    assert not (tmp_path / "two").exists()


def test_a_release_of_the_models_is_exported_as_they_make_it(example, tmp_path):
    """The example's few children: nearly all is small, and every table and column is there."""
    from runner.disclosure.decide import decide
    from runner.exports.tables import counts, make_tables
    from runner.readers.release import Built, opened

    with opened(Built("example", example / "marts.duckdb")) as connection:
        for mode in Mode:
            found = decide(connection, mode)
            make_tables(connection, found)
            assert found.attacked(found.is_shown).given_away == []
            shown = counts(connection)
            assert (shown["suppressed"] == 0) is (mode is Mode.INTERNAL)
            assert shown["shown"] > 0
