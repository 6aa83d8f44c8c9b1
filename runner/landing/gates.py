"""What an extract must agree with beyond itself: what was landed before it, and what was published."""

import json
from datetime import date
from typing import Any

from runner.home import Home
from runner.landing.checks import Checks
from runner.landing.faults import refused
from runner.landing.sources import Source
from runner.landing.store import landed_dates, read_manifest

SIZABLE = 100
REFUSED_SHARE = 0.5
WARNED_SHARE = 0.8


def check_order(home: Home, as_at: date, backfill: bool, allow_gap: bool) -> str | None:
    """Refuses an extract older than the published one, or after a month without an extract.

    Returns:
        A warning where a gap was allowed.
    """
    current = home.releases / "CURRENT"
    if current.exists() and not backfill:
        published = json.loads(current.read_text(encoding="utf-8")).get("as_at")
        if published and as_at < date.fromisoformat(published):
            raise refused(
                f"The extract of {as_at} is older than that of {published}, which is published.",
                "Check the date; to land an older extract all the same, add --backfill.",
            )
    earlier = [day for day in landed_dates(home.landing) if day < as_at]
    if not earlier:
        return None
    months = (as_at.year - earlier[-1].year) * 12 + as_at.month - earlier[-1].month
    if months <= 1:
        return None
    gap = f"no extract was landed between {earlier[-1]} and {as_at}"
    if not allow_gap:
        raise refused(
            f"A month was skipped: {gap}.",
            "Land the extract of the month between, or add --allow-gap.",
        )
    return f"A month was skipped: {gap}."


def previous_manifest(home: Home, as_at: date) -> dict[str, Any] | None:
    """The manifest of the extract landed for the last date before this one."""
    earlier = [day for day in landed_dates(home.landing) if day < as_at]
    return read_manifest(home.landing, earlier[-1]) if earlier else None


def repeats(sources: dict[str, Source], previous: dict[str, Any] | None) -> str | None:
    """A warning where every file of an extract is the one that was landed for another date before it."""
    if not previous:
        return None
    before = {table: entry["sha256"] for table, entry in previous["tables"].items()}
    if any(before.get(table) != source.sha256 for table, source in sources.items()):
        return None
    return f"Every file is the one that was landed for {previous['as_at']}: is it a new extract?"


def check_volume(checks: Checks, previous: dict[str, Any] | None) -> None:
    """Refuses a table with under half of the rows of the extract before it; warns under four fifths."""
    if not previous:
        return
    for table, account in checks.accounts.items():
        before = previous["tables"].get(table, {}).get("rows_read", 0)
        if before < SIZABLE:
            continue
        share = account.rows / before
        text = f"{table} holds {account.rows:,} rows; the extract of {previous['as_at']} held {before:,}"
        if share < REFUSED_SHARE:
            raise refused(
                f"{text}: under half.",
                "Check that the export is whole; if it was the earlier one that was wrong, land that again"
                " with --replace.",
            )
        if share < WARNED_SHARE:
            checks.note(table, "volume", account.rows, f"{text}: {share:.0%}.")
