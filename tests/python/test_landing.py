"""Each bad input gets its behaviour: refused, rejected with a reason, warned of, or accepted."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from landing_extracts import AS_AT, ROWS, Rows, base_extract, tables, write_extract

from runner import ledger
from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of
from runner.home import Home
from runner.landing.land import Landed, land
from runner.lock import run_lock

Extract = dict[str, Rows]


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """A sound extract's folder, to copy from."""
    return write_extract(tmp_path_factory.mktemp("sound"), base_extract())


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def folder(tmp_path, sound) -> Path:
    """A copy of the sound extract, to spoil."""
    copy = tmp_path / "extract"
    copy.mkdir()
    for path in sound.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def rejected(landed: Landed) -> list[tuple]:
    path = landed.folder / "rejected.parquet"
    return duckdb.sql(f"select * from read_parquet('{path}') order by all").fetchall()


def rows_of(landed: Landed, table: str, columns: str = "*") -> list[tuple]:
    return duckdb.sql(
        f"select {columns} from read_parquet('{landed.folder}/{table}.parquet') order by source_line"
    ).fetchall()


def warnings(landed: Landed, kind: str) -> list[tuple]:
    return [
        (warning["table"], warning["rows"])
        for warning in landed.manifest["warnings"]
        if warning["kind"] == kind
    ]


def rewrite(folder: Path, table: str, rows: Rows) -> None:
    write_extract(folder, {table: rows})


def spoil(folder: Path, table: str, spoiling: Callable[[Rows], object]) -> None:
    """Changes the rows of one table of the sound extract."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    spoiling(rows)
    rewrite(folder, table, rows)


def setting(line: int, **values: str) -> Callable[[Rows], object]:
    """Sets values of the row on one line of the file; the header is line 1."""
    return lambda rows: rows[line - 2].update(values)


def text_of(folder: Path, table: str) -> bytes:
    return (folder / f"{table}.csv").read_bytes()


def write_text(folder: Path, table: str, text: bytes) -> None:
    (folder / f"{table}.csv").write_bytes(text)


# What is refused -------------------------------------------------------------------------------


def editing(table: str, edit: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda folder: write_text(folder, table, edit(text_of(folder, table)))


def many(table: str, column: str, value: str, rows: int) -> Callable[[Path], object]:
    def spoil_many(found: Rows) -> None:
        for row in found[:rows]:
            row[column] = value

    return lambda folder: spoil(folder, table, spoil_many)


def fill(table: str, rows: int) -> Callable[[Path], object]:
    """Gives a table so many rows, each with its own key."""

    def write(folder: Path) -> None:
        key = tables()[table].key[0]
        row = base_extract(1)[table][0]
        rewrite(folder, table, [{**row, key: str(number)} for number in range(rows)])

    return write


def link(folder: Path) -> None:
    path = folder / "ssd_contacts.csv"
    path.rename(folder.parent / "elsewhere.csv")
    path.symlink_to(folder.parent / "elsewhere.csv")


def sparse(folder: Path) -> None:
    with (folder / "ssd_contacts.csv").open("ab") as file:
        file.truncate(10 * 2**30)


def corrupt_parquet(folder: Path) -> None:
    duckdb.sql(f"from read_csv('{folder}/ssd_contacts.csv', all_varchar = true)").write_parquet(
        f"{folder}/ssd_contacts.parquet"
    )
    (folder / "ssd_contacts.csv").unlink()
    whole = (folder / "ssd_contacts.parquet").read_bytes()
    (folder / "ssd_contacts.parquet").write_bytes(whole[: len(whole) // 2])


def control(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "control.csv").write_text(text)


def circle(folder: Path) -> None:
    def merge(rows: Rows) -> None:
        for row, other in ((0, 1), (1, 2), (2, 0)):
            rows[row].update(
                link_identifier_type="Merged person ID",
                link_person_id=f"pers_person_id-{other}",
                link_identifier_value=f"pers_person_id-{row}",
            )

    spoil(folder, "ssd_linked_identifiers", merge)


def mix_zones(folder: Path) -> None:
    def mix(rows: Rows) -> None:
        rows[0]["cont_contact_date"] = "2024-05-01T10:00:00Z"
        rows[1]["cont_contact_date"] = "2024-05-01 10:00:00"

    spoil(folder, "ssd_contacts", mix)


def lose_zeros(folder: Path) -> None:
    def renamed(rows: Rows, column: str, name: str) -> None:
        for row in rows:
            if row[column] == "pers_person_id-7":
                row[column] = name

    spoil(folder, "ssd_person", lambda rows: renamed(rows, "pers_person_id", "000077"))
    for name, table in tables().items():
        for column in table.columns:
            if ("ssd_person", "pers_person_id") in column.references:
                lost = "77" if name == "ssd_contacts" else "000077"
                spoil(folder, name, lambda rows, column=column, lost=lost: renamed(rows, column.name, lost))


CONTACTS = "ssd_contacts"
REFUSALS = {
    "B01 a table's file is missing": (
        lambda folder: (folder / "ssd_contacts.csv").unlink(),
        "ssd_contacts.csv",
    ),
    "B01 a table's file is named in capitals": (
        lambda folder: (folder / "ssd_contacts.csv").rename(folder / "SSD_Contacts.csv"),
        "There is a SSD_Contacts.csv",
    ),
    "B03 control.csv says another number of rows": (
        control("table,rows\nssd_contacts,121\n"),
        "ssd_contacts holds 120 rows; control.csv says 121",
    ),
    "B03 control.csv says another last date": (
        control("table,rows,min_date,max_date\nssd_contacts,120,2023-03-01,2024-06-29\n"),
        "control.csv says 2024-06-29",
    ),
    "control.csv counts a table that is not known": (
        control("table,rows\nssd_cats,9\n"),
        "control.csv, line 2",
    ),
    "control.csv has no header": (control("ssd_contacts,120\n"), "control.csv, line 1"),
    "control.csv has no number": (control("table,rows\nssd_contacts,many\n"), "control.csv, line 2"),
    "B06 only a header": (
        lambda folder: rewrite(folder, CONTACTS, []),
        "ssd_contacts.csv has a header and no rows",
    ),
    "an empty file": (editing(CONTACTS, lambda text: b""), "ssd_contacts.csv is empty"),
    "B07 no header": (editing(CONTACTS, lambda text: text.partition(b"\n")[2]), "there is no header row"),
    "B10 a renamed column": (
        editing(CONTACTS, lambda text: text.replace(b"cont_contact_date", b"contact_date")),
        "the column cont_contact_date is missing",
    ),
    "B10 a column in capitals": (
        editing(CONTACTS, lambda text: text.replace(b"cont_contact_date", b"Cont_Contact_Date")),
        "it is written 'Cont_Contact_Date'",
    ),
    "B10 a column with a space": (
        editing(CONTACTS, lambda text: text.replace(b"cont_contact_date", b" cont_contact_date")),
        "it is written ' cont_contact_date'",
    ),
    "B12 start and end swapped by their headers": (
        editing(
            "ssd_cin_plans",
            lambda text: text.replace(b"start_date,cinp_cin_plan_end", b"end_date,cinp_cin_plan_start", 1),
        ),
        "before or below cinp_cin_plan_start_date",
    ),
    "B13 a header twice": (
        editing(CONTACTS, lambda text: text.replace(b"cont_contact_source_desc", b"cont_contact_date")),
        "'cont_contact_date' is there twice",
    ),
    "B15 UTF-16": (editing(CONTACTS, lambda text: text.decode().encode("utf-16")), "UTF-16"),
    "B15 UTF-16 without a mark": (
        editing(CONTACTS, lambda text: text.decode().encode("utf-16-le")),
        "UTF-16",
    ),
    "B16 Latin-1": (
        editing(CONTACTS, lambda text: text.replace(b"cont_contact_source_desc-3", b"caf\xe9")),
        "line 5: byte",
    ),
    "a NUL byte": (
        editing(CONTACTS, lambda text: text.replace(b"cont_contact_source_desc-3", b"ca\0fe")),
        "line 5: there is a NUL byte",
    ),
    "B18 carriage returns alone": (
        editing(CONTACTS, lambda text: text.replace(b"\n", b"\r")),
        "lines end in a carriage return alone",
    ),
    "B24 an unclosed quote": (
        editing(CONTACTS, lambda text: text.replace(b"cont_contact_source_desc-3", b'"open')),
        "ssd_contacts.csv, line 5: a quote",
    ),
    "B24 an unclosed quote on the last line": (
        editing("ssd_department", lambda text: text.replace(b"dept_team_name-119", b'"open')),
        "ssd_department.csv, line 121: a quote is opened and never closed",
    ),
    "B27 cut off in the middle of a row": (
        editing(CONTACTS, lambda text: text[: text.rindex(b"cont_contact_source_code-119") + 8]),
        "ssd_contacts.csv, line 121: the file is cut off in the middle of a row",
    ),
    "B28 cut off at a row's end": (
        lambda folder: (
            control("table,rows\nssd_contacts,120\n")(folder),
            editing(CONTACTS, lambda text: text[: text.rindex(b"\n", 0, -1) + 1])(folder),
        ),
        "ssd_contacts holds 119 rows; control.csv says 120",
    ),
    "B30 a damaged Parquet file": (corrupt_parquet, "ssd_contacts.parquet is not a whole Parquet file"),
    "B30 text named Parquet": (
        lambda folder: (folder / "ssd_contacts.csv").rename(folder / "ssd_contacts.parquet"),
        "ssd_contacts.parquet is not a whole Parquet file",
    ),
    "B31 a spreadsheet named CSV": (
        editing(CONTACTS, lambda text: b"PK\x03\x04" + text),
        "ssd_contacts.csv is a spreadsheet or zip file",
    ),
    "B31 CSV named as a spreadsheet": (
        lambda folder: (folder / "ssd_contacts.csv").rename(folder / "ssd_contacts.xlsx"),
        "There is a ssd_contacts.xlsx, which is not it",
    ),
    "B33 as many lines as a spreadsheet holds": (fill("local_exclusions", 65_535), "exactly 65,536 lines"),
    "B34 a spreadsheet with a password": (
        editing(CONTACTS, lambda text: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + text),
        "a spreadsheet, perhaps with a password",
    ),
    "B37 dates written day first": (
        many(CONTACTS, "cont_contact_date", "30/06/2024", 2),
        "line 2: 2 of 120 rows (1.7%) have the fault: date is written day first",
    ),
    "B45 dated after the extract, in many rows": (
        many(CONTACTS, "cont_contact_date", "2024-07-03", 2),
        "line 2: 2 of 120 rows (1.7%) have the fault: dated after the extract",
    ),
    "B49 times with and without zone": (mix_zones, "times with a zone (1) and without (1)"),
    "B57 ids damaged by a spreadsheet": (
        many(CONTACTS, "cont_contact_id", "1.2E+05", 1),
        "id was turned into a number by a spreadsheet",
    ),
    "B58 ids that lost their leading zeros": (lose_zeros, "id has lost its leading zeros"),
    "B72 people merged in a circle": (circle, "ssd_linked_identifiers, line"),
    "more than 2% of a table's rows rejected": (
        many(CONTACTS, "cont_contact_date", "soon", 3),
        "ssd_contacts.csv, line 2: 3 of 120 rows (2.5%) cannot be trusted",
    ),
    "a field longer than is read": (
        editing(CONTACTS, lambda text: text.replace(b"cont_contact_source_desc-3", b"x" * 100_001)),
        "line 5: a field is longer than 100,000 characters",
    ),
    "T11 a link to another place": (link, "ssd_contacts.csv is a link"),
    "T26 a file of 10 GB": (sparse, "ssd_contacts.csv holds 10,737,4"),
    "a table as CSV and as Parquet": (
        lambda folder: (folder / "ssd_contacts.parquet").write_bytes(b"PAR1"),
        "ssd_contacts is there twice",
    ),
    "too many columns": (
        editing(
            CONTACTS,
            lambda text: text.replace(b"\n", b"," + b",".join(b"%d" % n for n in range(500)) + b"\n", 1),
        ),
        "more than 500 columns",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_an_extract_is_refused(name, folder, home):
    spoiling, words = REFUSALS[name]
    spoiling(folder)
    with pytest.raises(RunnerError) as refusal:
        land(folder, AS_AT, home)
    assert refusal.value.exit_code == ExitCode.REFUSED
    assert words in refusal.value.message
    assert "pers_person_id-" not in refusal.value.message
    assert refusal.value.next_step
    assert [path for path in home.root.rglob("*") if path.is_file() and path.name != ".lock"] == []


# What is rejected ------------------------------------------------------------------------------


@dataclass
class Rejection:
    """Values that get a row rejected, the column to blame, and the reason."""

    table: str
    values: dict[str, str]
    column: str
    reason: str


def many_rows(home: Home, folder: Path, changes: dict[str, dict[int, dict[str, str]]]) -> Landed:
    """Lands an extract of a thousand rows a table, with the values of some lines changed."""
    extract = base_extract(1000)
    for table, lines in changes.items():
        for line, changed in lines.items():
            extract[table][line - 2].update(changed)
    return land(write_extract(folder, extract), AS_AT, home)


def line_of(name: str, cases: dict) -> int:
    """Where a case is planted: a line, and a person, of its own."""
    return 10 + 2 * list(cases).index(name)


REJECTIONS = {
    "B36 a wrong type": Rejection(
        CONTACTS, {"cont_contact_date": "a Tuesday"}, "cont_contact_date", "not a date"
    ),
    "B37 a day written first": Rejection(
        CONTACTS,
        {"cont_contact_date": "30/06/2024"},
        "cont_contact_date",
        "date is written day first, not year first",
    ),
    "B39 a spreadsheet's serial number": Rejection(
        CONTACTS,
        {"cont_contact_date": "45444"},
        "cont_contact_date",
        "date is a spreadsheet's serial number",
    ),
    "B40 a year of two digits": Rejection(
        CONTACTS, {"cont_contact_date": "30/06/24"}, "cont_contact_date", "year has two digits"
    ),
    "B42 1 January 1900": Rejection(
        CONTACTS, {"cont_contact_date": "1900-01-01"}, "cont_contact_date", "date is a placeholder"
    ),
    "B42 30 December 1899": Rejection(
        "ssd_cin_visits",
        {"cinv_cin_visit_date": "1899-12-30"},
        "cinv_cin_visit_date",
        "date is a placeholder",
    ),
    "B42 the first of all days": Rejection(
        CONTACTS, {"cont_contact_date": "0001-01-01"}, "cont_contact_date", "date is a placeholder"
    ),
    "B43 the last of all days": Rejection(
        "ssd_cin_plans",
        {"cinp_cin_plan_end_date": "9999-12-31"},
        "cinp_cin_plan_end_date",
        "date is a placeholder",
    ),
    "a day that is not": Rejection(
        CONTACTS, {"cont_contact_date": "2024-02-30"}, "cont_contact_date", "not a date"
    ),
    "a date without noughts": Rejection(
        CONTACTS, {"cont_contact_date": "2024-6-3"}, "cont_contact_date", "not a date"
    ),
    "B45 the day after the extract": Rejection(
        CONTACTS, {"cont_contact_date": "2024-07-03"}, "cont_contact_date", "dated after the extract"
    ),
    "B46 before birth": Rejection(
        "ssd_cla_visits",
        {"clav_cla_visit_date": "2007-12-31"},
        "clav_cla_visit_date",
        "dated before the person was born",
    ),
    "B52 midnight as 24:00": Rejection(
        CONTACTS,
        {"cont_contact_date": "2024-06-30 24:00:00"},
        "cont_contact_date",
        "24:00 is no time of day",
    ),
    "B54 a percentage": Rejection(
        "ssd_cla_placement",
        {"clap_cla_placement_distance": "12%"},
        "clap_cla_placement_distance",
        "not a number",
    ),
    "B54 pounds": Rejection(
        "local_suspensions", {"susp_sessions": "£4"}, "susp_sessions", "not a whole number"
    ),
    "B55 a negative count": Rejection(
        "local_suspensions", {"susp_sessions": "-1"}, "susp_sessions", "below nought"
    ),
    "a score above the highest": Rejection(
        "ssd_sdq_scores", {"csdq_sdq_score": "41"}, "csdq_sdq_score", "above 40"
    ),
    "absences above the possible sessions": Rejection(
        "local_attendance",
        {"atte_authorised_absences": "2"},
        "atte_possible_sessions",
        "before or below atte_authorised_absences",
    ),
    "B63 an overlong value": Rejection(
        CONTACTS,
        {"cont_contact_source_code": "x" * 49},
        "cont_contact_source_code",
        "longer than 48 characters",
    ),
    "T27 a control character": Rejection(
        CONTACTS,
        {"cont_contact_source_code": "a\x07b"},
        "cont_contact_source_code",
        "holds control characters",
    ),
    "T27 a letter that turns the text round": Rejection(
        CONTACTS,
        {"cont_contact_source_code": "a\u202eb"},
        "cont_contact_source_code",
        "holds control characters",
    ),
    "B60 a blank key": Rejection(CONTACTS, {"cont_contact_id": "  "}, "cont_contact_id", "the key is blank"),
    "a key that says two things": Rejection(
        CONTACTS,
        {"cont_contact_id": "cont_contact_id-0"},
        "cont_contact_id",
        "another row has the same key and says something else",
    ),
    "B69 the same plan under another id": Rejection(
        "ssd_cp_plans",
        {"cppl_person_id": "pers_person_id-0", "cppl_cp_plan_start_date": "2023-03-01"},
        "cppl_person_id cppl_cp_plan_start_date cppl_cp_plan_ola",
        "an earlier row says the same under another id",
    ),
    "B70 a child who is not there": Rejection(
        CONTACTS,
        {"cont_person_id": "nobody"},
        "cont_person_id",
        "the person is not in ssd_person, or was rejected there",
    ),
    "start after end": Rejection(
        "ssd_cp_plans",
        {"cppl_cp_plan_start_date": "2024-06-20"},
        "cppl_cp_plan_end_date",
        "before or below cppl_cp_plan_start_date",
    ),
    "B78 a placement outside its period of care": Rejection(
        "ssd_cla_placement",
        {"clap_cla_placement_start_date": "2024-01-01", "clap_cla_placement_end_date": "2024-02-01"},
        "clap_cla_placement_start_date",
        "outside every spell of ssd_cla_episodes it belongs to",
    ),
    "B91 supervision of a closed case": Rejection(
        "local_supervisions",
        {"supv_supervision_date": "2024-06-01"},
        "supv_supervision_date",
        "outside every spell of ssd_cin_episodes it belongs to",
    ),
    "B87 a code of another year": Rejection(
        "ssd_cla_placement",
        {"clap_cla_placement_type": "Q1"},
        "clap_cla_placement_type",
        "code was no longer in use on that date",
    ),
    "B87 a flag that is neither Y nor N": Rejection(
        "ssd_s47_enquiry", {"s47e_s47_nfa": "X"}, "s47e_s47_nfa", "not Y, N or blank"
    ),
    "B87 a code that is not known": Rejection(
        "ssd_missing",
        {"miss_missing_episode_type": "Z"},
        "miss_missing_episode_type",
        "not a code that is known",
    ),
    "outcomes that are not JSON": Rejection(
        CONTACTS, {"cont_contact_outcome_json": "{NFA: Y"}, "cont_contact_outcome_json", "not JSON"
    ),
}


@pytest.fixture(scope="module")
def rejecting(tmp_path_factory) -> Landed:
    """An extract with every fault for which a row is rejected, each on a line of its own."""
    folder = tmp_path_factory.mktemp("rejecting")
    changes: dict[str, dict[int, dict[str, str]]] = {}
    for name, case in REJECTIONS.items():
        changes.setdefault(case.table, {})[line_of(name, REJECTIONS)] = case.values
    return many_rows(Home(folder / "home"), folder / "extract", changes)


@pytest.mark.parametrize("name", REJECTIONS)
def test_a_row_is_rejected_with_its_reason(name, rejecting):
    case, line = REJECTIONS[name], line_of(name, REJECTIONS)
    found = [fault[2::2] for fault in rejected(rejecting) if fault[:2] == (case.table, line)]
    assert found == [(case.column, case.reason)]
    assert (line,) not in rows_of(rejecting, case.table, "source_line")


def test_nothing_else_is_rejected_and_every_row_has_one_fate(rejecting):
    for name, entry in rejecting.manifest["tables"].items():
        lines = [line_of(case, REJECTIONS) for case in REJECTIONS if REJECTIONS[case].table == name]
        assert entry["rejected"] == len(lines)
        assert entry["accepted"] == len(rows_of(rejecting, name)) == 1000 - len(lines)


def test_b76_the_later_of_two_overlapping_periods_of_care_is_rejected_whole(folder, home):
    def overlap(rows: Rows) -> None:
        rows[0]["clae_cla_episode_ceased_date"] = ""
        for row in rows[1:3]:
            row.update(clae_person_id=rows[0]["clae_person_id"], clae_cla_id=rows[1]["clae_cla_id"])

    spoil(folder, "ssd_cla_episodes", overlap)
    landed = land(folder, AS_AT, home)
    reason = "overlaps an earlier period of the person"
    assert [(fault[1], fault[4]) for fault in rejected(landed)] == [(3, reason), (4, reason)]
    assert warnings(landed, "overlap") == [("ssd_cla_episodes", 2)]


def test_a_period_is_judged_by_those_that_are_kept(folder, home):
    def follow(rows: Rows) -> None:
        days = (("2023-03-01", "2023-03-05"), ("2023-03-05", "2023-03-20"), ("2023-03-07", "2023-03-25"))
        for row, (start, end) in zip(rows, (*days, ("2023-03-20", "2023-03-30")), strict=False):
            row.update(
                clae_person_id=rows[0]["clae_person_id"],
                clae_cla_episode_start_date=start,
                clae_cla_episode_ceased_date=end,
            )

    spoil(folder, "ssd_cla_episodes", follow)
    spoil(folder, "ssd_cla_placement", lambda rows: rows.__delitem__(slice(4)))
    assert [fault[:2] for fault in rejected(land(folder, AS_AT, home))] == [("ssd_cla_episodes", 4)]


def test_a_period_that_starts_on_the_day_the_one_before_ended_overlaps_nothing(folder, home):
    def follow(rows: Rows) -> None:
        rows[1].update(
            clae_person_id=rows[0]["clae_person_id"],
            clae_cla_episode_start_date=rows[0]["clae_cla_episode_ceased_date"],
        )

    spoil(folder, "ssd_cla_episodes", follow)
    assert rejected(land(folder, AS_AT, home)) == []


def born(line: int, day: str) -> Callable[[Rows], object]:
    return setting(line, pers_dob=day)


def test_b84_a_child_who_starts_to_be_looked_after_on_the_18th_birthday_is_rejected(folder, home):
    spoil(folder, "ssd_person", born(121, "2006-06-19"))
    landed = land(folder, AS_AT, home)
    assert [fault[0::4] for fault in rejected(landed)] == [("ssd_cla_episodes", "over 17 on the day")]


def test_b84_a_child_who_starts_to_be_looked_after_the_day_before_is_accepted(folder, home):
    spoil(folder, "ssd_person", born(121, "2006-06-20"))
    assert rejected(land(folder, AS_AT, home)) == []


def test_b84_a_period_left_open_past_the_18th_birthday_is_accepted(folder, home):
    spoil(folder, "ssd_person", born(121, "2006-06-20"))
    spoil(folder, "ssd_cla_episodes", setting(121, clae_cla_episode_ceased_date=""))
    assert rejected(land(folder, AS_AT, home)) == []


def test_b84_a_care_leaver_of_26_at_the_end_of_the_month_is_rejected(folder, home):
    spoil(folder, "ssd_person", born(121, "1998-06-30"))
    spoil(folder, "ssd_cla_episodes", lambda rows: rows.pop())
    landed = land(folder, AS_AT, home)
    assert [fault[0::4] for fault in rejected(landed)] == [
        ("ssd_care_leavers", "over 25 at the end of the month")
    ]


def test_b84_a_care_leaver_of_25_at_the_end_of_the_month_is_accepted(folder, home):
    spoil(folder, "ssd_person", born(121, "1998-07-01"))
    spoil(folder, "ssd_cla_episodes", lambda rows: rows.pop())
    assert rejected(land(folder, AS_AT, home)) == []


def test_b75_a_person_with_two_birth_dates_is_rejected_with_what_refers_to_them(folder, home):
    spoil(folder, "ssd_person", lambda rows: rows.append({**rows[48], "pers_dob": "2011-11-11"}))
    landed = land(folder, AS_AT, home)
    people = [fault[1:3] for fault in rejected(landed) if fault[4] == "one person has more than one pers_dob"]
    assert people == [(50, "pers_dob"), (122, "pers_dob")]
    assert warnings(landed, "identity") == [("ssd_person", 2)]
    orphans = {fault[0] for fault in rejected(landed) if fault[0] != "ssd_person"}
    assert orphans == {name for name, table in tables().items() if table.person}


def test_b85_a_person_of_121_is_rejected(folder, home):
    spoil(folder, "ssd_person", born(50, "1903-06-29"))
    reasons = {fault[4] for fault in rejected(land(folder, AS_AT, home)) if fault[0] == "ssd_person"}
    assert reasons == {"over 120 at the end of the month"}


def test_b85_an_event_at_an_age_over_120_is_rejected(folder, home):
    spoil(folder, "ssd_person", born(50, "1904-01-01"))
    spoil(folder, "ssd_cla_episodes", lambda rows: rows.pop(48))
    spoil(folder, "ssd_care_leavers", lambda rows: rows.pop(48))
    spoil(folder, "ssd_cp_visits", setting(50, cppv_cp_visit_date="2025-01-01"))
    landed = land(folder, date(2025, 1, 31), home)
    assert [fault[0::4] for fault in rejected(landed)] == [("ssd_cp_visits", "the person would be over 120")]


def test_b21_and_b22_rows_with_too_few_and_too_many_fields_are_rejected(folder, home):
    lines = text_of(folder, CONTACTS).split(b"\n")
    lines[49] = lines[49].rpartition(b",")[0]
    lines[59] += b",extra"
    write_text(folder, CONTACTS, b"\n".join(lines))
    landed = land(folder, AS_AT, home)
    assert [(fault[1], fault[4]) for fault in rejected(landed)] == [
        (50, "5 fields, not 6"),
        (60, "7 fields, not 6"),
    ]
    assert landed.manifest["tables"][CONTACTS]["accepted"] == ROWS - 2
    assert (51, "cont_contact_id-49") in rows_of(landed, CONTACTS, "source_line, cont_contact_id")


# What is accepted ------------------------------------------------------------------------------


DATES = {
    "2024-06-30": "2024-06-30 00:00:00",
    "2024-06-30 09:15:00": "2024-06-30 09:15:00",
    "2024-06-30 09:15": "2024-06-30 09:15:00",
    "2024-06-30T09:15:00": "2024-06-30 09:15:00",
    "2024-06-30T09:15:00.5": "2024-06-30 09:15:00.500000",
    "2024-02-29": "2024-02-29 00:00:00",
    "2024-07-02 23:59:59": "2024-07-02 23:59:59",
    " 2024-06-30\u00a0": "2024-06-30 00:00:00",
    "": "None",
    "  ": "None",
}
ZONED_DATES = {
    "2024-06-30T23:30:00Z": "2024-07-01 00:30:00",
    "2024-06-30T23:30:00+01:00": "2024-06-30 23:30:00",
    "2024-01-31 23:30:00+00": "2024-01-31 23:30:00",
    "2024-01-31 23:30:00 -0130": "2024-02-01 01:00:00",
}
DAY = ("ssd_cla_convictions", "clac_cla_conviction_date")
TIME = ("ssd_cla_substance_misuse", "clas_substance_misuse_date")
VALUES = {
    "B64 a formula": (CONTACTS, "cont_contact_source_desc", '=cmd|"/c calc"', '=cmd|"/c calc"'),
    "B66 SQL": (CONTACTS, "cont_contact_source_desc", "O'Neil; drop table x", "O'Neil; drop table x"),
    "B25 two lines": (CONTACTS, "cont_contact_source_desc", "two\nlines, a comma", "two\nlines, a comma"),
    "a quote after a space": (CONTACTS, "cont_contact_source_desc", ' "no"', '"no"'),
    "a quote": (CONTACTS, "cont_contact_source_desc", 'said "no"', 'said "no"'),
    "T27 a letter in two parts": (CONTACTS, "cont_contact_source_desc", "cafe\u0301", "caf\u00e9"),
    "B61 spaces at the edges": (CONTACTS, "cont_contact_source_code", " 1A\u00a0", "1A"),
    "no outcome, as on Eclipse": (CONTACTS, "cont_contact_outcome_json", "", None),
    "no date of birth": ("ssd_person", "pers_dob", "", None),
    "a number": ("ssd_cla_placement", "clap_cla_placement_distance", "12.5", 12.5),
    "a whole number": ("local_suspensions", "susp_sessions", "007", 7),
    "a small letter": ("ssd_s47_enquiry", "s47e_s47_nfa", "n", "n"),
    "a code in small letters": ("ssd_missing", "miss_missing_episode_type", "a", "a"),
    "a review to come": ("ssd_cla_reviews", "clar_cla_review_due_date", "2024-12-01", "2024-12-01 00:00:00"),
    "a conference without an enquiry": ("ssd_initial_cp_conference", "icpc_s47_enquiry_id", "", None),
    "a plan without a conference": ("ssd_cp_plans", "cppl_icpc_id", "", None),
    "a contact about no person": (CONTACTS, "cont_person_id", "", None),
}


@pytest.fixture(scope="module")
def accepting(tmp_path_factory) -> Landed:
    """An extract with every unusual value that is accepted, each on a line of its own."""
    folder = tmp_path_factory.mktemp("accepting")
    changes: dict[str, dict[int, dict[str, str]]] = {}
    for name, (table, column, value, _) in VALUES.items():
        changes.setdefault(table, {})[line_of(name, VALUES)] = {column: value}
    for (table, column), dates in ((DAY, DATES), (TIME, ZONED_DATES)):
        changes[table] = {line_of(value, dates): {column: value} for value in dates}
    return many_rows(Home(folder / "home"), folder / "extract", changes)


def value_on(landed: Landed, table: str, column: str, line: int):
    """A landed value, found by its row: lines move where a value holds a line end."""
    return rows_of(landed, table, column)[line - 2][0]


def test_b48_none_of_the_unusual_values_is_rejected(accepting):
    assert rejected(accepting) == []


@pytest.mark.parametrize("name", VALUES)
def test_unusual_values_are_accepted(name, accepting):
    table, column, _, expected = VALUES[name]
    found = value_on(accepting, table, column, line_of(name, VALUES))
    assert (str(found) if isinstance(expected, str) else found) == expected


@pytest.mark.parametrize("value", DATES)
def test_dates_are_read_by_rule(value, accepting):
    found = value_on(accepting, *DAY, line_of(value, DATES))
    assert str(found) == DATES[value]


@pytest.mark.parametrize("value", ZONED_DATES)
def test_b49_times_with_a_zone_are_read_in_london(value, accepting):
    found = value_on(accepting, *TIME, line_of(value, ZONED_DATES))
    assert str(found) == ZONED_DATES[value]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_b48_a_sound_extract_is_accepted_whole_whatever_its_line_ends(tmp_path, home, line_end):
    folder = write_extract(tmp_path / "extract", base_extract(), line_end)
    landed = land(folder, AS_AT, home)
    assert rejected(landed) == []
    assert {entry["accepted"] for entry in landed.manifest["tables"].values()} == {ROWS}
    assert [line for (line,) in rows_of(landed, CONTACTS, "source_line")] == list(range(2, ROWS + 2))
    assert landed.manifest["warnings"] == []


def test_b19_mixed_line_ends_are_read_alike_with_a_warning(folder, home):
    write_text(folder, CONTACTS, text_of(folder, CONTACTS).replace(b"\n", b"\r\n", 60))
    landed = land(folder, AS_AT, home)
    assert warnings(landed, "file") == [(CONTACTS, None)]
    assert landed.manifest["tables"][CONTACTS]["accepted"] == ROWS


def test_b25_a_line_is_where_the_record_starts(folder, home):
    spoil(folder, CONTACTS, setting(10, cont_contact_source_desc="two\nlines"))
    landed = land(folder, AS_AT, home)
    assert [line for (line,) in rows_of(landed, CONTACTS, "source_line")][7:10] == [9, 10, 12]


def test_b67_exact_copies_are_left_out_and_counted(folder, home):
    spoil(folder, CONTACTS, lambda rows: rows.extend([rows[3], rows[3], rows[5]]))
    landed = land(folder, AS_AT, home)
    entry = landed.manifest["tables"][CONTACTS]
    assert (entry["rows_read"], entry["accepted"], entry["exact_duplicates"]) == (ROWS + 3, ROWS, 3)
    assert rejected(landed) == []


def test_a_byte_order_mark_and_columns_in_another_order_are_accepted(folder, home):
    with (folder / "ssd_contacts.csv").open(encoding="utf-8", newline="") as file:
        rows = [list(reversed(row)) for row in csv.reader(file)]
    with (folder / "ssd_contacts.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    landed = land(folder, AS_AT, home)
    assert rows_of(landed, CONTACTS, "cont_contact_id, cont_person_id")[0] == (
        "cont_contact_id-0",
        "pers_person_id-0",
    )


def test_b73_events_of_a_merged_person_name_the_survivor(folder, home):
    def merge(rows: Rows) -> None:
        for row, (old, survivor) in zip(rows, [(7, 8), (8, 9)], strict=False):
            row.update(
                link_identifier_type="Merged person ID",
                link_identifier_value=f"pers_person_id-{old}",
                link_person_id=f"pers_person_id-{survivor}",
            )

    spoil(folder, "ssd_linked_identifiers", merge)
    spoil(folder, "ssd_cla_episodes", lambda rows: [rows.pop(8), rows.pop(7)])
    for table in ("ssd_care_leavers", "ssd_cla_immunisations"):
        spoil(folder, table, lambda rows: [rows.pop(8), rows.pop(7)])
    landed = land(folder, AS_AT, home)
    assert rejected(landed) == []
    people = [person for (person,) in rows_of(landed, CONTACTS, "cont_person_id")]
    assert people[7:10] == ["pers_person_id-9"] * 3
    assert (CONTACTS, 2) in warnings(landed, "merged")
    assert landed.manifest["tables"]["ssd_person"]["accepted"] == ROWS


# What is warned of -----------------------------------------------------------------------------


def drop(place: int) -> Callable[[Rows], object]:
    return lambda rows: rows.pop(place)


WARNINGS = {
    "B46 unborn, on a plan": (
        "ssd_cp_plans",
        {50: {"cppl_cp_plan_start_date": "2007-12-31"}},
        "before birth",
    ),
    "B79 a gap between placements": (
        "ssd_cla_placement",
        {
            50: {"clap_cla_placement_end_date": "2023-09-10"},
            51: {
                "clap_cla_id": "clae_cla_id-48",
                "clap_cla_placement_start_date": "2023-09-12",
                "clap_cla_placement_end_date": "",
            },
        },
        "gap",
    ),
    "B88 an unknown team": ("ssd_cin_episodes", {50: {"cine_referral_team": "T9"}}, "reference"),
    "B88 an unknown worker": ("ssd_involvements", {50: {"invo_professional_id": "W9"}}, "reference"),
    "a plan from a conference that is not there": ("ssd_cp_plans", {50: {"cppl_icpc_id": "C9"}}, "reference"),
    "B90 an assessment without an outcome": (
        "ssd_cin_assessments",
        {50: {"cina_assessment_outcome_json": "", "cina_assessment_outcome_nfa": ""}},
        "no outcome",
    ),
    "an unknown kind of placement": ("ssd_cla_placement", {60: {"clap_cla_placement_type": "X9"}}, "code"),
    "a referral without a date": ("ssd_cin_episodes", {60: {"cine_referral_date": ""}}, "no date"),
    "B61 spaces at the edges of a code": (
        "ssd_contacts",
        {50: {"cont_contact_source_code": " 1A "}},
        "trimmed",
    ),
}


@pytest.fixture(scope="module")
def warning(tmp_path_factory) -> Landed:
    """An extract with everything that is warned of."""
    folder = tmp_path_factory.mktemp("warning")
    changes: dict[str, dict[int, dict[str, str]]] = {}
    for table, lines, _ in WARNINGS.values():
        for line, changed in lines.items():
            changes.setdefault(table, {}).setdefault(line, {}).update(changed)
    return many_rows(Home(folder / "home"), folder / "extract", changes)


@pytest.mark.parametrize("name", WARNINGS)
def test_a_row_is_accepted_with_a_warning(name, warning):
    table, _, kind = WARNINGS[name]
    assert (table, 1) in warnings(warning, kind)


def test_what_is_warned_of_is_accepted_and_nothing_else_is_warned_of(warning):
    assert rejected(warning) == []
    expected = sorted((table, kind) for table, _, kind in WARNINGS.values())
    found = warning.manifest["warnings"]
    assert sorted((entry["table"], entry["kind"]) for entry in found) == expected


def test_b04_an_extra_file_is_warned_of(folder, home):
    (folder / "notes.txt").write_text("kept by hand")
    landed = land(folder, AS_AT, home)
    assert [warning["text"] for warning in landed.manifest["warnings"]] == [
        "notes.txt is no table of the contract and was ignored."
    ]


def test_b09_an_extra_column_is_ignored_with_a_warning(folder, home):
    lines = text_of(folder, CONTACTS).splitlines()
    write_text(
        folder, CONTACTS, b"\n".join([lines[0] + b",colour", *(line + b",red" for line in lines[1:]), b""])
    )
    landed = land(folder, AS_AT, home)
    assert warnings(landed, "file") == [(CONTACTS, None)]
    assert landed.manifest["tables"][CONTACTS]["accepted"] == ROWS


def test_b97_a_month_without_contacts_is_warned_of(folder, home):
    spoil(
        folder,
        CONTACTS,
        lambda rows: rows.__setitem__(
            slice(None), [row for row in rows if not row["cont_contact_date"].startswith("2024-02")]
        ),
    )
    landed = land(folder, AS_AT, home)
    assert [warning["text"] for warning in landed.manifest["warnings"]] == [
        f"{CONTACTS} has no rows in 2024-02."
    ]


# The whole -------------------------------------------------------------------------------------


def test_the_manifest_accounts_for_every_row_and_file(folder, home):
    spoil(folder, CONTACTS, lambda rows: rows.extend([rows[0], {**rows[1], "cont_contact_date": "soon"}]))
    (folder / "control.csv").write_text(
        "table,rows,min_date,max_date\nssd_contacts,122,2023-03-01,2024-06-19\n"
    )
    landed = land(folder, AS_AT, home)
    manifest = json.loads((landed.folder / "manifest.json").read_text())
    assert manifest == landed.manifest
    assert manifest["control"] is True
    assert set(manifest["tables"]) == set(tables())
    for entry in manifest["tables"].values():
        assert entry["rows_read"] == entry["accepted"] + entry["rejected"] + entry["exact_duplicates"]
    entry = manifest["tables"][CONTACTS]
    assert (entry["min_date"], entry["max_date"], entry["rejected"]) == ("2023-03-01", "2024-06-19", 1)
    assert "pers_person_id-" not in json.dumps(manifest)


def test_parquet_lands_as_csv_does(folder, tmp_path, home):
    other = tmp_path / "parquet"
    other.mkdir()
    for name, table in tables().items():
        dates = ", ".join(
            f"cast({column.name} as timestamp) as {column.name}"
            for column in table.columns
            if column.type == "date"
        )
        replaced = f"replace ({dates})" if dates else ""
        duckdb.sql(
            f"select * {replaced} from read_csv('{folder}/{name}.csv', all_varchar = true, header = true)"
        ).write_parquet(f"{other}/{name}.parquet")
    from_csv = land(folder, AS_AT, home)
    from_parquet = land(other, AS_AT, Home(tmp_path / "other"))
    for name in tables():
        assert rows_of(from_csv, name) == rows_of(from_parquet, name)


def test_columns_have_the_contracts_types(folder, home):
    landed = land(folder, AS_AT, home)
    kinds = {"date": "TIMESTAMP", "integer": "BIGINT", "number": "DOUBLE"}
    for name, table in tables().items():
        found = duckdb.sql(f"describe from read_parquet('{landed.folder}/{name}.parquet')").fetchall()
        assert [(column, kind) for column, kind, *_ in found] == [
            *((column.name, kinds.get(column.type, "VARCHAR")) for column in table.columns),
            ("source_line", "BIGINT"),
        ]


# One extract after another ---------------------------------------------------------------------


def snapshot(home: Home) -> dict[str, bytes]:
    return {
        str(path.relative_to(home.root)): path.read_bytes()
        for path in home.root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_b100_the_same_extract_twice_changes_nothing(folder, home):
    land(folder, AS_AT, home)
    before = snapshot(home)
    assert land(folder, AS_AT, home).status == "unchanged"
    assert snapshot(home) == before


def test_another_extract_of_the_same_date_is_refused_and_replaces_only_when_told_to(folder, home):
    first = land(folder, AS_AT, home)
    kept = (first.folder / "ssd_contacts.parquet").read_bytes()
    before = snapshot(home)
    spoil(folder, CONTACTS, setting(2, cont_contact_source_code="other"))
    with pytest.raises(RunnerError, match="Another extract was landed for 2024-07-02"):
        land(folder, AS_AT, home)
    assert snapshot(home) == before
    assert land(folder, AS_AT, home, replace=True).status == "replaced"
    aside = home.landing / ".replaced" / "2024-07-02-1"
    assert (aside / "ssd_contacts.parquet").read_bytes() == kept
    assert rows_of(first, CONTACTS, "cont_contact_source_code")[0] == ("other",)


def test_b102_an_extract_older_than_the_published_one_is_refused_unless_backfilling(folder, home):
    home.releases.mkdir(parents=True)
    (home.releases / "CURRENT").write_text('{"release": "2024-07-r1", "as_at": "2024-08-02"}')
    with pytest.raises(RunnerError, match="older than that of 2024-08-02") as refusal:
        land(folder, AS_AT, home)
    assert refusal.value.exit_code == ExitCode.REFUSED
    assert "--backfill" in refusal.value.next_step
    assert land(folder, AS_AT, home, backfill=True).status == "landed"


def test_b103_a_skipped_month_is_refused_unless_allowed_and_then_warned_of(folder, home):
    land(folder, AS_AT, home)
    with pytest.raises(RunnerError, match="no extract was landed between 2024-07-02 and 2024-09-03"):
        land(folder, date(2024, 9, 3), home)
    landed = land(folder, date(2024, 9, 3), home, allow_gap=True)
    assert "A month was skipped" in landed.manifest["warnings"][0]["text"]


def test_two_extracts_of_one_month_and_one_of_the_next_skip_nothing(folder, home):
    for day in (AS_AT, date(2024, 7, 31), date(2024, 8, 2)):
        assert land(folder, day, home).status == "landed"


def test_b99_under_half_of_the_rows_is_refused_and_under_four_fifths_warned_of(folder, home):
    land(folder, AS_AT, home)
    before = snapshot(home)
    spoil(folder, "ssd_missing", lambda rows: rows.__delitem__(slice(59, None)))
    with pytest.raises(RunnerError, match="ssd_missing holds 59 rows; the extract of 2024-07-02 held 120"):
        land(folder, date(2024, 7, 31), home)
    assert snapshot(home) == before
    spoil(folder, "ssd_missing", lambda rows: rows.append({**rows[0], "miss_table_id": "one more"}))
    landed = land(folder, date(2024, 7, 31), home)
    assert warnings(landed, "volume") == [("ssd_missing", 60)]


def test_one_run_at_a_time(folder, home):
    with run_lock(home, "refresh"), pytest.raises(RunnerError) as busy:
        land(folder, AS_AT, home)
    assert busy.value.exit_code == ExitCode.BUSY


def test_what_was_landed_is_in_the_ledger(folder, home):
    landed = land(folder, AS_AT, home)
    (line,) = ledger.entries(home)
    assert (line["event"], line["as_at"], line["rows"][CONTACTS]) == ("landed", "2024-07-02", ROWS)
    assert line["manifest_sha256"] == sha256_of(landed.folder / "manifest.json")
