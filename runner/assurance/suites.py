"""The great-expectations suites: one for each file of checks, on a frame of what the checks counted.

A suite's frame has one row and two columns a check: rows tested and rows failed. An expectation on so few
values cannot skip a null, hold a raw value, or pass on an empty frame, as one on the rows themselves can.
"""

import logging
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from runner.assurance.counting import Count
from runner.assurance.definitions import Check

QUARANTINE_LIMIT = 0.02
"""The share of rows that cannot be trusted above which nothing is published."""

A_FEW = 20
"""As many such rows are only named: in a small table, one row is more than any share."""


@dataclass(frozen=True)
class Result:
    """What came of a check.

    Attributes:
        check: The check.
        tested: Rows looked at.
        failed: Rows that failed.
        status: `passed`, `exception` (published with a note), `blocked`, or `not run`.
        fault: The kind of error, where it did not run.
    """

    check: Check
    tested: int
    failed: int
    status: str
    fault: str = ""


def validate(counts: list[Count]) -> list[Result]:
    """Holds the counts against the suites.

    Args:
        counts: What the checks counted, those of one suite together.
    """
    results: list[Result] = []
    for suite, members in groupby(counts, key=lambda count: count.check.suite):
        listed = list(members)
        verdicts = _run_suite(suite, listed)
        results += [_result(count, verdicts[count.check.id]) for count in listed]
    return results


def _run_suite(suite: str, counts: list[Count]) -> dict[str, dict[str, Any]]:
    """What each expectation came to, by check and what it expects."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    frame = pd.DataFrame(
        [
            {
                f"{count.check.id}.{what}": number
                for count in counts
                for what, number in (("tested", count.tested), ("failed", count.failed))
            }
        ]
    )
    # Kept in memory, with no site of its own: its pages would print raw values and load from elsewhere.
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )
    batch = (
        context.data_sources.add_pandas(suite)
        .add_dataframe_asset(suite)
        .add_batch_definition_whole_dataframe(suite)
        .get_batch({"dataframe": frame})
    )
    expected = gx.ExpectationSuite(name=suite)
    for count in counts:
        for expectation in _expectations(count):
            expected.add_expectation(expectation)
    verdicts: dict[str, dict[str, Any]] = {count.check.id: {} for count in counts}
    for result in batch.validate(expected, result_format="BOOLEAN_ONLY").results:
        meta = result.expectation_config.meta
        raised = "raised_exception" not in result.exception_info or result.exception_info["raised_exception"]
        verdicts[meta["id"]][meta["expects"]] = None if raised else bool(result.success)
    return verdicts


def _expectations(count: Count) -> Iterator[Any]:
    """A check's expectations: that it saw rows, that few enough fail, and that not too many do."""
    from great_expectations.expectations import ExpectColumnValuesToBeBetween

    check = count.check
    limits = {"within the limit": math.floor(check.limit * count.tested)}
    if check.severity == "quarantine":
        limits["within what may be published"] = max(A_FEW, math.floor(QUARANTINE_LIMIT * count.tested))
    meta = {
        "id": check.id,
        "family": check.family,
        "severity": check.severity,
        "owner": check.owner,
        "consequence": check.consequence,
        "dimension": check.dimension,
        "dfe_rules": check.dfe_rules,
    }
    if not check.may_be_empty:
        yield ExpectColumnValuesToBeBetween(
            column=f"{check.id}.tested", min_value=1, meta=meta | {"expects": "saw rows"}
        )
    for expects, limit in limits.items():
        yield ExpectColumnValuesToBeBetween(
            column=f"{check.id}.failed", min_value=0, max_value=limit, meta=meta | {"expects": expects}
        )


def _result(count: Count, verdicts: dict[str, bool | None]) -> Result:
    """A check's status, by its severity and what its expectations came to."""
    if count.fault or None in verdicts.values() or not verdicts:
        status = "not run"
    elif all(verdicts.values()):
        status = "passed"
    elif count.check.severity == "block" or not verdicts.get("within what may be published", True):
        status = "blocked"
    else:
        status = "exception"
    return Result(count.check, count.tested, count.failed, status, count.fault)
