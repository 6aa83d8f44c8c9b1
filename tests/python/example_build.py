"""The example built by dbt alone, once for all tests that read it, whichever process they run in."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from runner.home import PROJECT


def example_build(shared: Path) -> Path:
    """The folder of the example's build: marts.duckdb, and dbt's files of it in target/.

    Args:
        shared: A folder that the processes of one test run share.
    """
    folder = shared / "example"
    with (shared / "example.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            beside = shared / "example.new"
            _build(beside)
            beside.rename(folder)
    return folder


def _build(folder: Path) -> None:
    """Builds with nothing landed, so that the example is what is built."""
    done = subprocess.run(
        [
            Path(sys.executable).parent / "dbt",
            "build",
            "--exclude-resource-type",
            "unit_test",
            "--vars",
            f"{{landing: {folder}/nothing}}",
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "SCORECARD_BUILD_FILE": f"{folder}/build.duckdb",
            "DBT_TARGET_PATH": f"{folder}",
            "DBT_LOG_PATH": f"{folder}/logs",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
