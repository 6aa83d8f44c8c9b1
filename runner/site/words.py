"""How the pages say things: figures, changes, signals and comparisons in words."""

from typing import Any

from runner.readers.text import figure, month_name, number, quantity, rounded

SIGNALS = {
    "improving": "Improving",
    "worsening": "Worsening",
    "higher": "Higher",
    "lower": "Lower",
    "normal variation": "Normal variation",
    "not judged": "Not judged while provisional",
    "too few months": "Too few final months to judge",
    "no figure": "No figure",
}
CHANGED = ("worsening", "improving", "higher", "lower")
"""The signals that tell a change, in the order they are listed."""

STATISTICS = {
    "count": "Number",
    "percent": "Per cent",
    "ratio": "Ratio, per cent",
    "rate": "Rate per 10,000 children",
    "mean": "Mean",
    "median": "Median",
    "sum": "Total",
}
QUARTERS = {1: "first", 2: "second", 3: "third", 4: "last"}


def shown(row: dict[str, Any], decimals: int, value: float | None = None) -> str:
    """A figure without its counts: `68%`, `316 per 10,000`.

    Args:
        row: A figure, with its `statistic` and `value_shown`.
        decimals: The register's decimals.
        value: Another value of the same kind, such as a mean, to be rounded.
    """
    if value is None:
        return figure(row["statistic"], row["value_shown"], decimals)
    return figure(row["statistic"], float(rounded(value, decimals)), decimals)


def made_of(row: dict[str, Any]) -> str:
    """What a share or a mean is made of: `45 of 66`, `3,256 over 224.5`; nothing for the rest."""
    if row["statistic"] not in ("percent", "ratio", "mean") or row["denominator"] is None:
        return ""
    if row["numerator"] is None:
        return ""
    joined_by = "over" if row["statistic"] == "mean" else "of"
    return f"{quantity(row['numerator'])} {joined_by} {quantity(row['denominator'])}"


def bounds(row: dict[str, Any], decimals: int) -> str:
    """The 95% confidence interval: `56% to 78%`; nothing where there is none."""
    if row.get("interval_lower") is None or row.get("interval_upper") is None:
        return ""
    ends = [number(row[end], decimals) for end in ("interval_lower", "interval_upper")]
    unit = "%" if row["statistic"] == "percent" else ""
    return " to ".join(f"{end}{unit}" for end in ends)


def ordinal(place: int) -> str:
    """A place: `1st`, `12th`, `103rd`."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def rank_in_words(rank: dict[str, Any], decimals: int, kind: str) -> str:
    """Our place among authorities, in a sentence.

    Args:
        rank: A row of comparator_ranks.
        decimals: The register's decimals.
        kind: `flow` or `stock`.
    """
    ours = figure(rank["statistic"], rank["value"], decimals)
    over = "over the last 12 months" if kind == "flow" else "at the end of the month"
    return (
        f"Our {ours} {over} would be {ordinal(rank['rank'])} of {rank['authorities']} authorities "
        f"({rank['covers']}), where 1st is {rank['rank_one_is']}: "
        f"in the {QUARTERS[rank['quartile']]} quarter."
    )


def cause_in_words(cause: str, units: int | None) -> str:
    """Why a figure moved, and how many units did: `late arrival: 9 units`."""
    counted = "" if units is None else f": {units:,} {'unit' if units == 1 else 'units'}"
    return cause.replace("_", " ") + counted


def chart_in_words(points: list[dict[str, Any]], decimals: int) -> str:
    """A chart's months in two or three sentences, for those who do not see it.

    Args:
        points: The months of the chart, oldest first, each a figure with its signal.
        decimals: The register's decimals.
    """
    known = [row for row in points if row["value"] is not None]
    if not known:
        return "No month has a figure."
    low, high = (pick(known, key=lambda row: row["value"]) for pick in (min, max))
    last = points[-1]
    told = [row for row in points if row.get("rule")]
    sentences = [
        f"Lowest {shown(low, decimals)} in {month_name(low['reporting_month'])}, "
        f"highest {shown(high, decimals)} in {month_name(high['reporting_month'])}.",
        f"{month_name(last['reporting_month'])}: {shown(last, decimals)}, {last['status']}.",
    ]
    if points[-1].get("mean") is not None:
        sentences.append(f"{len(told)} of {len(points)} months are a signal.")
    return " ".join(sentences)
