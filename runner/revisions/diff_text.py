"""What moved between two releases, as text for a terminal."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from runner.readers.text import day, figure, line, month_name, note, quantity, widths
from runner.revisions.causes import CAUSES, IN_WORDS


def diff_text(answer: dict[str, Any]) -> str:
    """The differences as text: how many figures moved and why, then each of them, newest month first.

    Args:
        answer: As given by `runner.revisions.diff.diff`. Units are listed where it is about one measure.
    """
    before, after = answer["before"], answer["after"]
    lines = [
        f"From {before['release']}, the extract of {day(before['as_at'])}, "
        f"to {after['release']}, the extract of {day(after['as_at'])}."
    ]
    if answer["not_landed"]:
        gone = " and ".join(answer["not_landed"])
        lines.append(
            f"No longer landed here: {gone}. Whether a row was there is not known; it is taken to be so if"
            " the release counts it."
        )
    if not answer["changes"]:
        return "\n".join([*lines, "No figure that both report moved."])
    lines += [_verdict(answer), "", *_causes(answer["causes"])]
    body = _groups(answer) if "groups" in answer else _months(answer)
    return "\n".join([*lines, *body])


def _verdict(answer: dict[str, Any]) -> str:
    moved = _some(answer["figures"], "figure")
    if answer["unexplained"]:
        return f"{moved} moved, and {answer['unexplained']} of them not for any known cause: UNEXPLAINED."
    return f"{moved} moved; the causes add up to every change."


def _some(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _causes(causes: list[dict[str, Any]]) -> list[str]:
    """Per cause, the figures it moved and the units behind it."""
    table = [
        (IN_WORDS[row["cause"]], _some(row["figures"], "figure"), _some(row["units"], "unit"))
        for row in causes
    ]
    columns = widths(table)
    return [line(row, columns, "  ") for row in table]


def _months(answer: dict[str, Any]) -> Iterator[str]:
    """Each month's figures with their causes."""
    for month, of_month in groupby(answer["changes"], key=lambda change: change["reporting_month"]):
        yield from ("", month_name(month))
        for changes in _blocks(list(of_month)):
            first = changes[0]
            moves = "; ".join(_move(change) for change in changes)
            yield note(f"{_name(first)}: {moves}", "  ").replace("\n  ", "\n      ")
            yield from _parts(first["parts"], with_units=answer["measure"] is not None)


def _blocks(changes: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The statistics of a measure that moved by the same parts, together: a count and its rate."""
    blocks: dict[tuple, list[dict[str, Any]]] = {}
    for change in changes:
        parts = tuple(
            (part["cause"], part["numerator"], part["denominator"], len(part["units"]))
            for part in change["parts"]
        )
        blocks.setdefault((change["measure_id"], change["population"], parts), []).append(change)
    return list(blocks.values())


def _name(change: dict[str, Any]) -> str:
    return change["title"] + ("" if change["population"] == "all" else f", {change['population']}")


def _move(change: dict[str, Any]) -> str:
    """A figure before and after: `16% (22 of 138) → 25% (40 of 159)`."""
    shown = []
    for side in ("before", "after"):
        counts = change[side]
        parts = (
            (None, None) if change["statistic"] == "rate" else (counts["numerator"], counts["denominator"])
        )
        shown.append(figure(change["statistic"], counts["value"], change["decimals"], *parts))
    return " → ".join(shown)


def _parts(parts: list[dict[str, Any]], *, with_units: bool) -> Iterator[str]:
    """What each cause adds, aligned; below each its units, where they are asked for."""
    is_share = any(part["denominator"] for part in parts)
    table = [
        (_signed(part, is_share=is_share), IN_WORDS[part["cause"]], _some(len(part["units"]), "unit"))
        if part["units"]
        else (_signed(part, is_share=is_share), IN_WORDS[part["cause"]], "")
        for part in parts
    ]
    columns = widths(table)
    for part, row in zip(parts, table, strict=True):
        yield line((row[0].rjust(columns[0]), *row[1:]), columns, "      ")
        if with_units and part["units"]:
            yield from _units(part["units"])


def _signed(part: dict[str, Any], *, is_share: bool) -> str:
    """What a cause adds: `+16`, or `+18 of +21` where the denominator moved too."""
    numerator = "n/a" if part["numerator"] is None else _with_sign(part["numerator"])
    return f"{numerator} of {_with_sign(part['denominator'])}" if is_share else numerator


def _with_sign(number: float) -> str:
    if not number:
        return "0"
    return ("+" if number > 0 else "-") + quantity(abs(number))


HEADINGS = ("unit", "person", "team", "before", "after", "source row")


def _units(units: list[dict[str, Any]]) -> list[str]:
    """The units behind a cause as a table."""
    table = [
        (
            unit["unit_id"],
            unit["person_id"] or "",
            unit["team"],
            _state(unit["before"]),
            _state(unit["after"]),
            f"{unit['source_table']} {unit['source_id']}",
        )
        for unit in units
    ]
    columns = widths([HEADINGS, *table])
    return [line(row, columns, "        ") for row in [HEADINGS, *table]]


def _state(state: dict[str, Any]) -> str:
    """How a unit counts in a release: `2024-06-28 yes, conference held`, or that it is not there."""
    if state["outcome"] is None:
        return "not counted"
    return f"{state['counted_on']} {state['outcome']}, {state['reason']}"


def _groups(answer: dict[str, Any]) -> Iterator[str]:
    """The parts by cause, or by team."""
    by = answer["by"]
    for group in answer["groups"]:
        yield ""
        yield (
            note(f"{IN_WORDS[group[by]]}: {CAUSES[group[by]]}", "")
            if by == "cause" and group[by] in CAUSES
            else group[by]
        )
        table = [_group_row(part, by) for part in group["parts"] if part["statistic"] != "rate"]
        columns = widths(table) if table else []
        yield from (line(row, columns, "  ") for row in table)
        if not table:
            yield f"  {_some(len(group['parts']), 'rate')} alone"


def _group_row(part: dict[str, Any], by: str) -> tuple[str, ...]:
    """A part's row in its group: figure, month, what was added, and why where the group does not say."""
    is_share = part["statistic"] in ("percent", "ratio", "mean")
    why = (IN_WORDS[part["cause"]],) if by == "team" else ()
    units = _some(part["units"], "unit") if part["units"] else ""
    added = _signed(part, is_share=is_share)
    return (f"{part['reporting_month']:%Y-%m}", f"{_name(part)} ({part['statistic']})", added, *why, units)
