"""How the pages say things: figures, changes, signals and comparisons in words."""

from typing import Any

from runner.disclosure.modes import SUPPRESSED
from runner.readers.maturity import final_after_in_words, revision_in_words
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

TEAM_SIGNALS = {
    "within": "Within what chance explains",
    "above 95%": "High: chance puts one team in 40 there",
    "below 95%": "Low: chance puts one team in 40 there",
    "above 99.8%": "Above: more than chance would explain",
    "below 99.8%": "Below: more than chance would explain",
    "no limits": "Not judged",
}
"""How a team's figure stands to the council's."""

STATISTICS = {
    "count": "Number",
    "percent": "Per cent",
    "ratio": "Ratio, per cent",
    "rate": "Rate per 10,000 children",
    "mean": "Mean",
    "median": "Median",
    "sum": "Total",
}
OUTCOMES = {"yes": "Yes", "no": "No", "pending": "Not decided yet", "excluded": "Left out"}
QUARTERS = {1: "first", 2: "second", 3: "third", 4: "last"}


def shown(row: dict[str, Any], decimals: int, value: float | None = None) -> str:
    """A figure without its counts: `68%`, `316 per 10,000`, `c` for one that is suppressed.

    Args:
        row: A figure, with its `statistic` and `value_shown`.
        decimals: The register's decimals.
        value: Another value of the same kind, such as a mean, to be rounded.
    """
    if value is None:
        if row.get("is_suppressed"):
            return SUPPRESSED
        return figure(row["statistic"], row["value_shown"], decimals)
    return figure(row["statistic"], float(rounded(value, decimals)), decimals)


def apart(row: dict[str, Any], decimals: int, one: float | None, other: float | None) -> tuple[str, str]:
    """Two values of a figure, with up to two decimals more where it takes them to differ.

    Args:
        row: A figure, with its `statistic`.
        decimals: The register's decimals.
        one: A value, unrounded.
        other: Another.
    """
    for places in range(decimals, decimals + 1 if one == other else decimals + 3):
        first, second = (
            "n/a" if value is None else figure(row["statistic"], float(rounded(value, places)), places)
            for value in (one, other)
        )
        if first != second:
            break
    return first, second


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
        f"Our {ours} {over}, set among the {rank['authorities']} authorities' figures ({rank['covers']}), "
        f"would be {ordinal(rank['rank'])} of {rank['authorities'] + 1}, where 1st is {rank['rank_one_is']}: "
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
        verb = "is" if len(told) == 1 else "are"
        sentences.append(f"{len(told)} of {len(points)} months {verb} a signal.")
    return " ".join(sentences)


def why_no_limits(statistic: str, teams: list[dict[str, Any]]) -> str | None:
    """Why teams are compared with no limits; none where they are.

    Args:
        statistic: The statistic of the teams' figures.
        teams: Rows of team_signals.
    """
    if not teams:
        return "No teams to compare: fewer than two share this measure, or most of its units have none."
    if statistic in ("count", "sum"):
        return (
            "A number has no limits: teams serve different numbers of children, and a team has no child"
            " population to make a rate of."
        )
    if statistic != "percent":
        return (
            "No limits are drawn: chance alone tells nothing about a figure that is no share of equal units."
        )
    if teams[0]["council_value"] in (0, 100):
        return "No limits are drawn: every team has the same figure as the council."
    if teams[0]["signal"] == "no limits":
        return "No limits are drawn: units weigh other than one each, such as hours or sessions."
    return None


def teams_in_words(teams: list[dict[str, Any]]) -> str:
    """A funnel chart in a sentence or two, for those who do not see it."""
    judged = [row for row in teams if row["signal"] != "no limits"]
    if not judged:
        return ""
    beyond = [row["name"] for row in judged if row["signal"].endswith("99.8%")]
    inner = [row["name"] for row in judged if row["signal"].endswith("95%")]
    told = [f"{len(judged)} teams."]
    if beyond:
        told.append(f"{_listed(beyond)}: further from the council than chance would explain.")
    else:
        told.append("No team differs from the council by more than chance would explain.")
    if inner:
        told.append(f"Beyond the 95% limits, where chance alone puts one team in 20: {_listed(inner)}.")
    return " ".join(told)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def expected_rests_on(expected: dict[str, Any]) -> str:
    """What an expected final figure rests on.

    Args:
        expected: A row of measure_expected.
    """
    return (
        f"made from {expected['origin_months']} months that became final;"
        f" the range is made to hold {number(100 * expected['range_share'])}% of them"
    )


def matures(row: dict[str, Any], days: int, decimals: int) -> str:
    """How long a measure's figures are provisional, on what basis, and how far they usually move.

    Args:
        row: A figure with its `maturity`, if the release has it.
        days: The register's days until a figure is final.
        decimals: The register's decimals.
    """
    measured = row["maturity"]
    says = final_after_in_words(measured) if measured else f"{days} days (by the register)"
    after = "when the month has ended" + says[6:] if says.startswith("0 days") else f"after {says}"
    said = f"A month's figure is final {after}."
    if measured is None or measured["median_revision"] is None:
        return said
    usual = revision_in_words(measured, decimals)
    return f"{said} Usual change since first published: {usual} (of {measured['revision_months']} months)."
