"""Bad inputs beside those of test_landing: what a spreadsheet, an export or a hurried hand makes of one."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from landing_extracts import AS_AT, ROWS, Rows, base_extract, tables, write_extract

from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.landing.checks import Checks
from runner.landing.contract import load_contract
from runner.landing.land import Landed, land
from runner.landing.parquet import read_parquet_structure

CONTACTS = "ssd_contacts"
MANY = 1000
"""So many rows that one rejected in each table refuses none."""


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def folder(tmp_path) -> Path:
    """A sound extract, to spoil."""
    return write_extract(tmp_path / "extract", base_extract())


def editing(edit: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Edits the text of the contacts."""

    def spoil(folder: Path) -> None:
        path = folder / f"{CONTACTS}.csv"
        path.write_bytes(edit(path.read_bytes()))

    return spoil


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def as_parquet(columns: str) -> Callable[[Path], object]:
    """Writes the contacts as Parquet, with some columns as other SQL."""

    def spoil(folder: Path) -> None:
        path = folder / f"{CONTACTS}.csv"
        duckdb.sql(
            f"copy (select * replace ({columns}) from read_csv('{path}', all_varchar = true))"
            f" to '{path.with_suffix('.parquet')}'"
        )
        path.unlink()

    return spoil


REFUSALS = {
    "an empty folder": (empty, "cannot be found in the folder"),
    "semicolons between the fields": (
        editing(lambda text: text.replace(b",", b";")),
        "ssd_contacts.csv, line 1",
    ),
    "tabs between the fields": (editing(lambda text: text.replace(b",", b"\t")), "ssd_contacts.csv, line 1"),
    "a header in single quotes": (
        editing(lambda text: text.replace(b"cont_contact_id", b"'cont_contact_id'", 1)),
        "ssd_contacts.csv, line 1",
    ),
    "a title above the header": (
        editing(lambda text: b"Contacts of July 2024\n" + text),
        "ssd_contacts.csv, line 1",
    ),
    "a gzip file named CSV": (editing(gzip.compress), "gzip file"),
    "a Parquet column of lists": (
        as_parquet("[cont_contact_id] as cont_contact_id"),
        "does not hold plain values",
    ),
    "a Parquet column of records": (
        as_parquet("{'id': cont_contact_id} as cont_contact_id"),
        "does not hold plain values",
    ),
    "a Parquet date as a number of days": (
        as_parquet("45444 as cont_contact_date"),
        "spreadsheet's serial number",
    ),
    "a Parquet date as a yes or no": (as_parquet("true as cont_contact_date"), "not a date"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_an_extract_is_refused_and_nothing_is_changed(name, folder, home):
    spoil, words = REFUSALS[name]
    spoil(folder)
    with pytest.raises(RunnerError) as refusal:
        land(folder, AS_AT, home)
    assert refusal.value.exit_code == ExitCode.REFUSED
    assert words in refusal.value.message
    assert refusal.value.next_step
    assert [path for path in home.root.rglob("*") if path.is_file() and path.name != ".lock"] == []


NOTHING = ("NULL", "null", "N/A", "n/a", "#N/A", r"\N", "(null)", " NULL ")
SOMETHING = ("Null", "None", "NA", "-", "0", "NULLs")
FIRST_WORD = 500
"""The line of the first of these words; each stands on a line of its own."""

REJECTIONS = {
    "a month written first": (CONTACTS, {"cont_contact_date": "06/30/2024"}, "day first"),
    "a month in words": (CONTACTS, {"cont_contact_date": "3 June 2024"}, "not a date"),
    "a month alone": (CONTACTS, {"cont_contact_date": "2024-06"}, "not a date"),
    "29 February of a common year": (CONTACTS, {"cont_contact_date": "2023-02-29"}, "not a date"),
    "a decimal comma": ("ssd_cla_placement", {"clap_cla_placement_distance": "7,5"}, "not a number"),
    "a comma between thousands": (
        "ssd_cla_placement",
        {"clap_cla_placement_distance": "1,234"},
        "not a number",
    ),
    "a number in words": ("local_suspensions", {"susp_sessions": "three"}, "not a whole number"),
    "half a session": ("local_suspensions", {"susp_sessions": "1.5"}, "not a whole number"),
    "a negative full-time equivalent": ("local_post_holders", {"poho_fte": "-1"}, "below nought"),
    "true for yes": ("ssd_s47_enquiry", {"s47e_s47_nfa": "true"}, "not Y, N or blank"),
    "1 for yes": ("ssd_s47_enquiry", {"s47e_s47_nfa": "1"}, "not Y, N or blank"),
    "Yes for Y": ("ssd_s47_enquiry", {"s47e_s47_nfa": "Yes"}, "not Y, N or blank"),
    "a birth after the extract": ("ssd_person", {"pers_dob": "2024-07-03"}, "dated after the extract"),
    "a death before the birth": ("ssd_person", {"pers_death_date": "2001-01-01"}, "before or below pers_dob"),
    "a key that is a word for none": (CONTACTS, {"cont_contact_id": "NULL"}, "the key is blank"),
}


def line_of(name: str) -> int:
    """Where a case is planted: a line, and a person, of its own."""
    return 10 + 3 * list(REJECTIONS).index(name)


def landed_with(root: Path, changes: dict[str, dict[int, dict[str, str]]]) -> Landed:
    """Lands an extract of many rows, with the values of some lines changed."""
    extract = base_extract(MANY)
    for table, lines in changes.items():
        for line, values in lines.items():
            extract[table][line - 2].update(values)
    return land(write_extract(root / "extract", extract), AS_AT, Home(root / "home"))


@pytest.fixture(scope="module")
def rejecting(tmp_path_factory) -> Landed:
    """An extract with every fault for which a row is rejected, each on a line of its own."""
    changes: dict[str, dict[int, dict[str, str]]] = {}
    for name, (table, values, _) in REJECTIONS.items():
        changes.setdefault(table, {})[line_of(name)] = values
    for place, word in enumerate(NOTHING + SOMETHING):
        changes[CONTACTS][FIRST_WORD + place] = {"cont_contact_source_desc": word}
    return landed_with(tmp_path_factory.mktemp("rejecting"), changes)


@pytest.mark.parametrize("name", REJECTIONS)
def test_a_row_is_rejected_with_its_reason(name, rejecting):
    table, values, reason = REJECTIONS[name]
    found = duckdb.sql(
        f"""
        select "column", reason from '{rejecting.folder / "rejected.parquet"}'
        where "table" = '{table}' and source_line = {line_of(name)}
        """
    ).fetchall()
    assert [column for column, _ in found] == list(values)
    assert reason in found[0][1]


def test_a_word_for_none_is_blank_and_counted_and_no_other_word_is(rejecting):
    read = duckdb.sql(f"""
        select cont_contact_source_desc from '{rejecting.folder / CONTACTS}.parquet'
        where source_line >= {FIRST_WORD} order by source_line limit {len(NOTHING + SOMETHING)}
    """).fetchall()
    assert [word for (word,) in read] == [*[None] * len(NOTHING), *SOMETHING]
    [warned] = [one for one in rejecting.manifest["warnings"] if one["kind"] == "trimmed"]
    assert warned["rows"] == len(NOTHING) + 1, "and the key that is a word for none"
    assert "words for none such as NULL" in warned["text"]


def accepted(folder: Path, home: Home) -> int:
    """How many contacts are landed."""
    return land(folder, AS_AT, home).manifest["tables"][CONTACTS]["accepted"]


def test_blank_lines_between_and_after_rows_are_no_rows(folder, home):
    editing(lambda text: text.replace(b"\n", b"\n\n", 50) + b"\n\n")(folder)
    assert accepted(folder, home) == ROWS


def test_a_last_line_without_its_end_is_read_and_warned_of(folder, home):
    editing(lambda text: text.rstrip(b"\n"))(folder)
    landed = land(folder, AS_AT, home)
    assert landed.manifest["tables"][CONTACTS]["accepted"] == ROWS
    assert any("does not end with a line end" in one["text"] for one in landed.manifest["warnings"])


def test_every_field_in_quotes_is_read_alike(folder, home):
    editing(
        lambda text: (
            b"\n".join(
                line if b'"' in line else b'"' + line.replace(b",", b'","') + b'"'
                for line in text.splitlines()
            )
            + b"\n"
        )
    )(folder)
    assert accepted(folder, home) == ROWS


def test_single_quotes_are_part_of_the_value(folder, home):
    editing(lambda text: text.replace(b"cont_contact_source_desc-3,", b"'police',", 1))(folder)
    landed = land(folder, AS_AT, home)
    held = f"select count(*) from '{landed.folder / CONTACTS}.parquet' where"
    assert duckdb.sql(f"{held} cont_contact_source_desc = '''police'''").fetchall() == [(1,)]


def merging(rows: Rows) -> None:
    rows[0].update(
        link_identifier_type="Merged person ID",
        link_person_id="pers_person_id-0",
        link_identifier_value="pers_person_id-0",
    )


def test_a_person_merged_into_itself_stays(tmp_path, home):
    extract = base_extract()
    merging(extract["ssd_linked_identifiers"])
    landed = land(write_extract(tmp_path / "extract", extract), AS_AT, home)
    people = duckdb.sql(f"select count(*) from '{landed.folder}/ssd_contacts.parquet'").fetchall()
    assert people == [(ROWS,)]
    assert landed.manifest["tables"]["ssd_linked_identifiers"]["rejected"] == 0


def test_the_files_of_another_date_again_are_warned_of(folder, home):
    first = land(folder, AS_AT.replace(day=1), home)
    assert first.manifest["warnings"] == []
    again = land(folder, AS_AT, home)
    assert [one["text"] for one in again.manifest["warnings"]] == [
        "Every file is the one that was landed for 2024-07-01: is it a new extract?"
    ]


# Hostile Parquet -------------------------------------------------------------------------------


def mutants(whole: bytes, seed: int) -> list[bytes]:
    """A Parquet file cut off, with bits flipped, with a stretch of other bytes, and bytes of no kind."""
    chance = random.Random(seed)
    found = [whole[: chance.randrange(1, len(whole))]]
    for _ in range(3):
        flipped = bytearray(whole)
        for _ in range(chance.choice([1, 4, 40])):
            flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        found.append(bytes(flipped))
    start = chance.randrange(len(whole))
    found.append(whole[:start] + chance.randbytes(64) + whole[start + 64 :])
    footer = bytearray(whole)
    footer[-chance.randrange(5, 200)] = chance.randrange(256)
    return [*found, bytes(footer), b"PAR1" + chance.randbytes(400) + b"PAR1"]


def test_a_damaged_parquet_file_is_refused_or_read_and_never_ends_the_program(tmp_path):
    table = tables()[CONTACTS]
    source = tmp_path / "source"
    write_extract(source, base_extract(40))
    as_parquet("cont_contact_id as cont_contact_id")(source)
    path = source / f"{CONTACTS}.parquet"
    whole, outcomes = path.read_bytes(), []
    for seed in range(15):
        for mutant in mutants(whole, seed):
            path.write_bytes(mutant)
            scratch = tmp_path / "run" / "scratch"
            scratch.mkdir(parents=True, exist_ok=True)
            checks = Checks(load_contract(), AS_AT, scratch)
            checks.open(source, len(mutant))
            try:
                checks.load(read_parquet_structure(checks.database, table, path))
                outcomes.append((ExitCode.DONE, True))
            except RunnerError as fault:
                outcomes.append((fault.exit_code, CONTACTS in fault.message))
            finally:
                checks.close()
    assert set(outcomes) <= {(ExitCode.DONE, True), (ExitCode.REFUSED, True)}
    assert outcomes.count((ExitCode.REFUSED, True)) > len(outcomes) / 2
