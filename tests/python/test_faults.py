"""Faults: a small part of what `make faults` tries, and what the harness itself must be able to see."""

import os
import re
import subprocess
import sys

from runner.home import PROJECT


def test_some_faults_of_each_kind_are_survived():
    done = subprocess.run(
        [sys.executable, "-m", "faults", "--small"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": f"{PROJECT / 'tests/python'}{os.pathsep}{PROJECT}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    tried, survived = re.search(r"(\d+) tried +(\d+) survived  in all", done.stdout).groups()
    assert tried == survived
    assert int(tried) > 35
