"""The statement in words."""

import json
from pathlib import Path
from typing import Any

from runner.assurance.samples import samples_text

MOST = 4
"""As many figures of an exception are named in words; statement.json names all."""


def statement_text(said: dict[str, Any]) -> str:
    """The statement as Markdown.

    Args:
        said: As given by `runner.assurance.opinion.statement`.
    """
    return "\n".join(
        [
            *_head(said),
            *_section("Exceptions", _exceptions(said["exceptions"])),
            *_section(
                "Samples", [f"- {text}." for text in samples_text(said["samples"])] or ["None was drawn."]
            ),
            *_section("Revisions", _revisions(said["revisions"])),
            *_section("Limits", [f"- {limit}" for limit in said["limits"]]),
            "",
        ]
    )


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"## {title}", "", *lines]


def _head(said: dict[str, Any]) -> list[str]:
    """Opinion, scope, and the work done by family."""
    scope, families = said["scope"], said["families"]
    return [
        f"# Assurance statement: {scope['month']}, from the extract of {scope['as_at']}",
        "",
        f"**Opinion: {said['opinion']}.** {sum(family['checks'] for family in families)} checks looked at"
        f" {sum(family['rows_tested'] for family in families):,} rows;"
        f" {sum(family['passed'] for family in families)} passed, {len(said['exceptions'])} did not.",
        *_section(
            "Scope",
            [
                f"- Figures of {scope['measures']} measures up to {scope['month']}, each as the register"
                " defines it.",
                f"- {scope['tables']} landed tables, {scope['read']:,} rows read, {scope['rejected']:,}"
                " rejected; every row is accounted for in `row_accounting`.",
                "- Receipts, control totals, schema, keys, codes and dates at landing, which rejects a row or"
                " refuses the extract; definitions and code by the hashes in `run.json`.",
                f"- {scope['build_checks']} further checks of what the build makes; all passed, or nothing"
                " would have been built.",
                "",
                "Not tested:",
                "",
                *(f"- {what}" for what in said["not_tested"]),
            ],
        ),
        *_section(
            "Work done",
            [
                "| family | | assertion | checks | passed | rows tested | rows failed |",
                "| --- | --- | --- | ---: | ---: | ---: | ---: |",
                *(
                    f"| {row['family']} | {row['name']} | {row['assertion']} | {row['checks']}"
                    f" | {row['passed']} | {row['rows_tested']:,} | {row['rows_failed']:,} |"
                    for row in families
                ),
            ],
        ),
    ]


def _exceptions(exceptions: list[dict[str, Any]]) -> list[str]:
    """A table of the exceptions, each with its effect on the figures of the last month."""
    if not exceptions:
        return ["None, in the rows that were looked at."]
    return [
        "Figures: the units of the last month among the rows that failed, numerator of denominator; `may"
        " touch` counts the other measures that are made from the same tables.",
        "",
        "| check | severity | rows | what was found | effect | figures | owner |",
        "| --- | --- | ---: | --- | --- | --- | --- |",
        *(
            f"| {row['check']} | {row['severity']} | {row['rows_failed']:,} of {row['rows_tested']:,}"
            f" | {row['says']} | {row['effect']} | {_figures(row)} | {row['owner']} |"
            for row in exceptions
        ),
    ]


def _figures(row: dict[str, Any]) -> str:
    """The figures that an exception touches, in a few words."""
    figures = row["figures"]
    named = [
        f"{one['measure']} {one['numerator']:,} of {one['denominator']:,}"
        if "denominator" in one
        else f"{one['measure']} ({one['figures']:,})"
        for one in figures[:MOST]
    ]
    if len(figures) > MOST:
        named.append(f"{len(figures) - MOST} more")
    if row["may_touch"]:
        named.append(f"may touch {len(row['may_touch'])}")
    return "; ".join(named) or "none counted"


def _revisions(revisions: dict[str, Any] | None) -> list[str]:
    """What moved since the release that was published before."""
    if revisions is None:
        return ["Not compared: nothing was made."]
    if not revisions["compared_with"]:
        return ["Nothing was published before."]
    lines = [
        f"{revisions['figures']:,} published figures are otherwise than in {revisions['compared_with']};"
        f" {revisions['unexplained']:,} without a cause."
    ]
    if revisions["by_cause"]:
        lines += ["", "| cause | figures | units |", "| --- | ---: | ---: |"]
        lines += [
            f"| {row['cause']} | {row['figures']:,} | {row['units']:,} |" for row in revisions["by_cause"]
        ]
        lines += ["", "The most units moved in:", ""]
        lines += [
            f"- {row['measure']} ({row['statistic']}, {row['population']}) of {row['month']}:"
            f" {row['units']:,} units, {_shown(row['before'])} before, {_shown(row['after'])} now"
            for row in revisions["largest"]
        ]
    return lines


def _shown(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.1f}"


def write_statement(said: dict[str, Any], folder: Path) -> None:
    """Writes statement.md and statement.json into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "statement.md").write_text(statement_text(said), encoding="utf-8")
    (folder / "statement.json").write_text(
        json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
