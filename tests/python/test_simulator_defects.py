"""Defects that the simulator plants when asked: landing rejects each, and no other row."""

from collections import Counter
from datetime import date

import duckdb
import pytest

from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.landing.land import land
from runner.simulator import simulate
from runner.simulator.defects import ROWS, defects

AS_AT = date(2024, 7, 31)


def test_each_planted_defect_is_rejected_and_nothing_else(tmp_path):
    simulate(tmp_path / "extracts", AS_AT, months=0, defects="all")
    landed = land(tmp_path / "extracts" / str(AS_AT), AS_AT, Home(tmp_path))
    rejected = duckdb.sql(f"""
        select "table", "column", count(distinct source_line) as lines
        from '{landed.folder / "rejected.parquet"}' group by all
    """).fetchall()
    planted = Counter((defect["table"], defect["column"]) for defect in defects().values())
    assert {(table, column): lines for table, column, lines in rejected} == {
        place: ROWS * times for place, times in planted.items()
    }


def test_an_unknown_defect_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(RunnerError, match="There is no defect typo") as fault:
        simulate(tmp_path / "extracts", AS_AT, months=0, defects="typo")
    assert fault.value.exit_code == ExitCode.USAGE
    assert "broken_json" in fault.value.next_step
