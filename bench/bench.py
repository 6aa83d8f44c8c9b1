"""`make bench`: what a refresh costs over the floor, at one council and at twenty, in one run.

Times are CPU seconds of whole processes, user and system, so that other load does not count. The floor is the
same compiled SQL and the same checks as one plain DuckDB script over the same landed files (bench/floor.py).
Simulating and landing are shown beside the ratios and are in none of them, nor is the assurance stage
(great-expectations), which has a budget of its own.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MONTH, AS_AT, FIRST_MONTH = "2024-06", "2024-07-31", "2023-01"
BUDGET = {1: 10.0, 20: 1.5}
BACKFILL_BUDGET = 5.0
ASSURANCE_BUDGET = 20.0


@dataclass
class Cost:
    """CPU seconds and peak memory in MiB of one process."""

    cpu: float
    peak: float

    def shown(self) -> dict[str, float]:
        """The cost, rounded, as it is printed and kept."""
        return {"cpu": round(self.cpu, 2), "peak_mib": round(self.peak)}


def cost(*command: str | Path, **environment: str) -> Cost:
    """Runs a command and returns its cost; a failure ends the bench with the command's output."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            words, cwd=PROJECT, stdout=output, stderr=output, env={**os.environ, **environment}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(words)}\n{output.read()}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def runner(home: Path, *arguments: str | Path) -> Cost:
    """The cost of one runner command in a new process."""
    return cost(sys.executable, "-m", "runner", "--home", home, *arguments)


def compiled(folder: Path, landing: Path) -> Path:
    """Compiles the project and returns the folder that holds its SQL and the landed tables' views."""
    dbt = Path(sys.executable).parent / "dbt"
    found = json.dumps({"landing": str(landing)})
    file = str(folder / "build.duckdb")
    folder.mkdir(exist_ok=True)
    cost(dbt, "compile", "--quiet", "--target-path", folder, "--vars", found, SCORECARD_BUILD_FILE=file)
    return folder


def floor(folder_of_sql: Path, as_at: str, month: str, scratch: Path, times: int = 1) -> Cost:
    """The least cost, of so many times, of the plain script for one extract."""
    costs = []
    for _ in range(times):
        folder = scratch / "floor"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        script = PROJECT / "bench/floor.py"
        costs.append(cost(sys.executable, script, folder_of_sql, as_at, f"{month}-01", folder))
    return min(costs, key=lambda one: one.cpu)


def runs(home: Path) -> list[dict]:
    """What each release says of its own run, oldest first."""
    return [json.loads(file.read_text()) for file in sorted((home / "releases").glob("*/run.json"))]


def assurance_of(home: Path) -> float:
    """CPU seconds of the assurance stage in all of a home's runs."""
    return sum(run["stages"]["assurance"] for run in runs(home))


def bench(councils: int, scratch: Path) -> dict:
    """Measures one size and returns its results."""
    home, extracts = scratch / f"home-{councils}", scratch / f"extracts-{councils}"
    home.mkdir()
    # The backfill needs every month's extract; at twenty councils the last one is enough.
    months = "18" if councils == 1 else "0"
    size = ("--councils", str(councils), "--months", months)
    simulated = runner(home, "simulate", extracts, "--as-at", AS_AT, *size)
    folders = sorted(folder for folder in extracts.iterdir() if folder.is_dir())
    landed = [runner(home, "land", folder, "--as-at", folder.name) for folder in folders]
    shutil.rmtree(extracts)

    folder_of_sql = compiled(scratch / f"compiled-{councils}", home / "landing")
    if councils == 1:
        # Leaves the parsed project behind, as every month but the first finds it.
        runner(home, "refresh", MONTH, "--as-at", AS_AT)
        shutil.rmtree(home / "releases")
    refreshed = runner(home, "refresh", MONTH, "--as-at", AS_AT)
    least = floor(folder_of_sql, AS_AT, MONTH, scratch, times=3 if councils == 1 else 1)
    assurance = assurance_of(home)
    result = {
        "councils": councils,
        "ratio": round((refreshed.cpu - assurance) / least.cpu, 2),
        "budget": BUDGET[councils],
        "assurance": {"cpu": round(assurance, 2), "budget": ASSURANCE_BUDGET if councils == 1 else None},
        "refresh": refreshed.shown(),
        "floor": least.shown(),
        "stages_cpu": {stage: round(seconds, 2) for stage, seconds in runs(home)[0]["stages"].items()},
        "simulate": simulated.shown(),
        "land_last_extract": landed[-1].shown(),
    }
    if councils == 1:
        result["backfill"] = backfill(home, scratch, folder_of_sql)
    shutil.rmtree(home)
    return result


def backfill(home: Path, scratch: Path, folder_of_sql: Path) -> dict:
    """Eighteen months, each as it was known then, against the sum of their floors."""
    shutil.rmtree(home / "releases")
    whole = runner(home, "refresh", "--from", FIRST_MONTH, "--to", MONTH)
    floors = sum(floor(folder_of_sql, run["as_at"], run["month"], scratch).cpu for run in runs(home))
    return {
        "months": len(runs(home)),
        "ratio": round((whole.cpu - assurance_of(home)) / floors, 2),
        "budget": BACKFILL_BUDGET,
        "assurance_cpu": round(assurance_of(home), 2),
        "refresh": whole.shown(),
        "floor_cpu": round(floors, 2),
    }


def main() -> None:
    """Prints the ratios and keeps them in bench/results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--councils", type=int, nargs="*", default=[1, 20], choices=[1, 20], help="sizes to measure"
    )
    sizes = parser.parse_args().councils
    results = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for councils in sizes:
            results.append(bench(councils, Path(folder)))
            print(json.dumps(results[-1], indent=2), flush=True)
    machine = {"on": str(date.today()), "cores": os.cpu_count(), "python": platform.python_version()}
    kept = PROJECT / "bench/results.json"
    kept.write_text(json.dumps({**machine, "results": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
