"""Whatever is done to an extract, no row is lost, and no half of one is ever there."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from landing_extracts import AS_AT, base_extract, tables, write_extract

from runner.errors import ExitCode, RunnerError
from runner.home import PROJECT, Home
from runner.landing.land import land

VALUES = st.one_of(
    st.sampled_from(
        ["", " ", "Y", "X", "45444", "30/06/2024", "2025-01-01", "1900-01-01", "2023-06-30T10:00:00", "-1"]
    ),
    st.text(max_size=60).filter(lambda text: "\0" not in text and text.isprintable()),
    st.sampled_from([f"pers_person_id-{number}" for number in range(60)]),
)
CELLS = st.sampled_from([(name, column) for name, table in tables().items() for column in table.names])
CHANGES = st.lists(st.tuples(CELLS, st.integers(0, 59), VALUES), max_size=8)
COPIES = st.lists(st.tuples(st.sampled_from(sorted(tables())), st.integers(0, 59)), max_size=4)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(changes=CHANGES, copies=COPIES)
def test_landed_is_accepted_and_rejected_and_exact_copies(changes, copies):
    extract = base_extract(60)
    for (table, column), row, value in changes:
        extract[table][row][column] = value
    for table, row in copies:
        extract[table].append(dict(extract[table][row]))
    with tempfile.TemporaryDirectory() as place:
        folder = write_extract(Path(place) / "extract", extract)
        home = Home(Path(place) / "home")
        try:
            landed = land(folder, AS_AT, home)
        except RunnerError as refusal:
            refused_with = refusal.exit_code
        else:
            refused_with = None
        if refused_with is not None:
            assert refused_with == ExitCode.REFUSED
            assert not list(home.landing.glob("*"))
            return
        for table, entry in landed.manifest["tables"].items():
            sent = [tuple(row.values()) for row in extract[table] if any(row.values())]
            assert entry["rows_read"] == len(sent)
            kept = duckdb.sql(f"from read_parquet('{landed.folder}/{table}.parquet')").fetchall()
            faults = duckdb.sql(
                f"select distinct source_line from read_parquet('{landed.folder}/rejected.parquet')"
                f" where \"table\" = '{table}'"
            ).fetchall()
            assert entry["accepted"] == len(kept)
            assert entry["rejected"] == len(faults)
            assert len(kept) + len(faults) + entry["exact_duplicates"] == len(sent)
            assert not {row[-1] for row in kept} & {line for (line,) in faults}


def is_whole(folder: Path) -> bool:
    """Whether a landed extract has all of its files, each with the hash that its manifest gives."""
    from runner.files import sha256_of

    manifest = json.loads((folder / "manifest.json").read_text())
    return all(
        sha256_of(folder / f"{table}.parquet") == entry["parquet_sha256"]
        for table, entry in manifest["tables"].items()
    )


def test_a_run_killed_at_any_moment_leaves_an_extract_whole_or_absent(tmp_path):
    folder = write_extract(tmp_path / "extract", base_extract(60))
    home = Home(tmp_path / "home")
    target = home.landing / str(AS_AT)
    command = [sys.executable, "-m", "runner", "--home", str(home.root), "land", str(folder)]
    command += ["--as-at", str(AS_AT), "--replace"]
    chance = random.Random(7)
    for turn in range(8):
        with (folder / "ssd_missing.csv").open("a", newline="") as file:
            row = dict(base_extract(1)["ssd_missing"][0], miss_table_id=f"turn-{turn}")
            csv.writer(file, lineterminator="\n").writerow(row.values())
        was_landed = target.exists()
        run = subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        # The first words on stderr say that reading has begun: the kill falls somewhere after.
        run.stderr.readline()
        time.sleep(chance.uniform(0, 1.5))
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        run.stderr.close()
        assert is_whole(target) if target.exists() else not was_landed or is_set_aside(home)
    landed = land(folder, AS_AT, home, replace=True)
    assert is_whole(landed.folder)
    assert list(home.landing.glob(".incoming-*")) == []
    assert is_landed_row(landed.folder, "turn-7")


def is_set_aside(home: Home) -> bool:
    """Whether the kill fell between the two renames of a replacement: the earlier one is kept whole."""
    return any(is_whole(folder) for folder in (home.landing / ".replaced").glob("*"))


def is_landed_row(folder: Path, key: str) -> bool:
    found = duckdb.sql(
        f"select count(*) from read_parquet('{folder}/ssd_missing.parquet') where miss_table_id = '{key}'"
    ).fetchone()
    return found == (1,)


def test_a_replacement_cut_off_between_its_renames_is_finished_by_the_next_run(tmp_path):
    folder = write_extract(tmp_path / "extract", base_extract(60))
    home = Home(tmp_path / "home")
    landed = land(folder, AS_AT, home)
    cut_off = home.landing / ".incoming-cut"
    cut_off.mkdir()
    landed.folder.rename(cut_off / landed.folder.name)
    (cut_off / ".replaced").touch()
    assert land(folder, AS_AT, home).status == "unchanged"
    assert is_whole(landed.folder)


def test_the_database_reads_nothing_but_the_extract_and_its_own_folder(tmp_path):
    from runner.landing.checks import Checks
    from runner.landing.contract import load_contract

    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    scratch = tmp_path / "incoming" / "scratch"
    scratch.mkdir(parents=True)
    extract = tmp_path / "extract"
    extract.mkdir()
    checks = Checks(load_contract(), AS_AT, scratch)
    checks.open(extract, 0)
    for escape in (
        f"select * from read_csv('{secret}')",
        f"select * from read_text('{extract}/../secret.csv')",
        f"copy (select 1) to '{tmp_path}/out.csv'",
        f"attach '{tmp_path}/other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
    ):
        try:
            checks.database.execute(escape)
        except duckdb.Error:
            continue
        raise AssertionError(f"it did: {escape}")
    checks.close()
