"""A release file that is damaged is refused in a sentence, wherever the damage is and whenever it is met."""

import random
from collections import Counter
from pathlib import Path

import duckdb

from runner.errors import ExitCode, RunnerError
from runner.readers.release import Built, opened

ASKED = "select count(measure_id), sum(value), max(measure_id) from release.marts.measure_results"


def mutants(whole: bytes, seed: int) -> list[bytes]:
    """The file cut off, with bits flipped anywhere or in its header, with other bytes, and no file at all."""
    chance = random.Random(seed)
    cut = whole[: chance.randrange(len(whole))]
    flipped, header = bytearray(whole), bytearray(whole)
    for _ in range(20):
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    header[chance.randrange(12_288)] ^= 1 << chance.randrange(8)
    start = chance.randrange(len(whole))
    other = whole[:start] + chance.randbytes(300) + whole[start + 300 :]
    return [cut, bytes(flipped), bytes(header), other, chance.randbytes(5000)]


def answer(file: Path) -> ExitCode:
    """What reading a file comes to: done, or the exit code of a refusal in one sentence."""
    try:
        with opened(Built("2024-06-r1", file)) as connection:
            connection.execute(ASKED).fetchall()
    except RunnerError as fault:
        return fault.exit_code if "2024-06-r1" in fault.message else ExitCode.FAULT
    return ExitCode.DONE


def test_a_damaged_release_is_refused_or_read_and_never_ends_the_program(tmp_path):
    file = tmp_path / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release; create schema release.marts")
        connection.execute(
            "create table release.marts.measure_results as"
            " select cast(number as varchar) as measure_id, number as value"
            " from range(5000) as numbers(number)"
        )
        connection.execute("detach release")
    whole = file.read_bytes()
    assert answer(file) == ExitCode.DONE
    outcomes: Counter[ExitCode] = Counter()
    for seed in range(12):
        for mutant in mutants(whole, seed):
            file.write_bytes(mutant)
            outcomes[answer(file)] += 1
    refusals = {ExitCode.BUSY, ExitCode.BLOCKED, ExitCode.NOTHING_MATCHED}
    assert outcomes.keys() <= {ExitCode.DONE, *refusals}
    assert sum(outcomes[code] for code in refusals) > 40
    assert outcomes[ExitCode.BLOCKED] > 0
