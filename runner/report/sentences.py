"""The sentences that a paper says of a figure, by its statistic and kind. None of them holds a number."""

from datetime import date
from typing import Any

from runner.narrative.figures import comparator_said, value_said
from runner.narrative.said import Figure, Said
from runner.readers.text import change_in_words, month_name, number, quantity
from runner.report.document import Part, listed
from runner.site.figures import Site
from runner.site.words import shown

OPENING = {
    "count": "the number was ",
    "percent": "the share was ",
    "ratio": "the ratio was ",
    "rate": "the rate was ",
    "mean": "the mean was ",
    "median": "the median was ",
    "sum": "the total was ",
}
JOINED = {"percent": " of ", "ratio": " to ", "mean": " over "}
"""What stands between the two counts that a figure is made of."""

SIGNAL = {
    "improving": "This is a signal of improvement",
    "worsening": "This is a signal of worsening",
    "higher": "This is a signal that it is higher than it was",
    "lower": "This is a signal that it is lower than it was",
    "normal variation": "This is within normal variation",
    "not judged": "It is not judged while it is provisional",
    "too few months": "Too few months are final to judge it",
    "no figure": "There is nothing to judge",
}
SMALL = " Its denominator is small: one more or fewer moves the share by five points or more."
COMPARED = {"England": "England", "statistical neighbours: mean": "statistical neighbours, mean"}
"""The comparators that a paragraph names."""

MOST_GROUPS = 6
"""As many named groups as a sentence can hold; more stand on the measure's page."""


def named(row: dict[str, Any], what: str, value: float | None, text: str) -> Said:
    """A text that says something of a figure."""
    figure = Figure(
        row["measure_id"], row["statistic"], row["reporting_month"], row["population"], what, value
    )
    return Said(text, figure)


def counted(count: float, what: str, month: date) -> Said:
    """A count of the paper's own: of measures, figures or rows.

    Args:
        count: The count.
        what: What is counted, for those who trace it: `measures improving`.
        month: The paper's month.
    """
    return Said(quantity(count), Figure("release", "count", month, "all", what, count))


def value_of(row: dict[str, Any], decimals: int) -> list[Part]:
    """A figure with its unit, marked where it is provisional."""
    mark = " (provisional)" if row["status"] == "provisional" else ""
    return [value_said(row, decimals), mark]


def made_of(row: dict[str, Any]) -> list[Part]:
    """The two counts that a share, a ratio or a mean is made of: `45 of 66`; nothing for the rest."""
    if row["statistic"] not in JOINED or row["numerator"] is None or row["denominator"] is None:
        return []
    return [
        named(row, "numerator", row["numerator"], quantity(row["numerator"])),
        JOINED[row["statistic"]],
        named(row, "denominator", row["denominator"], quantity(row["denominator"])),
    ]


def change_of(row: dict[str, Any], since: str, decimals: int) -> Said | None:
    """A figure's change on the `month` or the `year`; None where there is nothing to compare with."""
    change = row["change" if since == "month" else "change_on_year"]
    if change is None:
        return None
    return named(row, f"change {since}", change, change_in_words(row["statistic"], change, decimals))


def judged(measure: dict[str, Any], site: Site) -> dict[str, Any]:
    """A measure's headline figure of the month, with its changes and its signal.

    Args:
        measure: The measure, as the pages read it.
        site: What the pages show.
    """
    wanted = (measure["headline"], "all", site.month)
    (figure,) = (row for row in measure["figures"] if (row["statistic"], row["population"]) == wanted[:2])
    (signal,) = (
        row
        for row in measure["series"]
        if (row["statistic"], row["population"], row["reporting_month"]) == wanted
    )
    return {**signal, **figure}


def about(measure: dict[str, Any], site: Site) -> list[Part]:
    """All that a paragraph says of a measure, sentence by sentence.

    Args:
        measure: The measure, as the pages read it.
        site: What the pages show.
    """
    row = judged(measure, site)
    return [
        *_value(measure, row, site),
        *_changes(row, measure["decimals"], site),
        *_signal(row),
        *_elsewhere(measure, site),
        *_groups(measure),
        SMALL if row["is_small_denominator"] else None,
    ]


def _value(measure: dict[str, Any], headline: dict[str, Any], site: Site) -> list[Part]:
    """What the figure is, in all the statistics that the measure has."""
    decimals = measure["decimals"]
    when = "At the end of " if measure["kind"] == "stock" else "In "
    said: list[Part] = [when, month_name(site.month), " "]
    if headline["value"] is None:
        return [*said, "there was nothing to work it out from."]
    said += [OPENING[headline["statistic"]], *value_of(headline, decimals)]
    if parts := made_of(headline):
        said += [": ", *parts]
    seen = (headline["numerator"], headline["denominator"])
    for row in measure["figures"]:
        statistic = row["statistic"]
        if row["population"] != "all" or statistic == headline["statistic"] or row["value"] is None:
            continue
        if statistic == "rate":
            said += [", or ", value_said(row, decimals), " children"]
            said.append(" as if for a year" if measure["kind"] == "flow" else "")
        elif (row["numerator"], row["denominator"]) != seen:
            said += ["; ", OPENING[statistic], value_said(row, decimals)]
            if parts := made_of(row):
                said += [", ", *parts]
    said.append(".")
    if headline["status"] == "provisional":
        said += [" It may change as late records arrive", *_maturity(headline), "."]
        said += _expected(headline, measure)
    return said


def _maturity(row: dict[str, Any]) -> list[Part]:
    """How much such a figure has usually changed later; nothing where that is not known."""
    maturity = row["maturity"]
    if not maturity or maturity["median_revision"] is None:
        return []
    unit = " points" if row["statistic"] in ("percent", "ratio") else ""
    usual, rare = (
        named(row, what, maturity[what], f"{number(maturity[what], 1)}{unit}")
        for what in ("median_revision", "p90_revision")
    )
    months = named(row, "revision_months", maturity["revision_months"], quantity(maturity["revision_months"]))
    return [
        ": in ", months, " months published again later, the median change was ", usual,
        ", and one in ten was of more than ", rare,
    ]  # fmt: skip


def _expected(row: dict[str, Any], measure: dict[str, Any]) -> list[Part]:
    """What a provisional figure is expected to be when it is final; nothing where too few months tell."""
    expected = row["expected"]
    if not expected or expected["expected_value"] is None:
        return []
    value, lower, upper = (
        named(row, what, expected[what], shown(row, measure["decimals"], expected[what]))
        if expected[what] is not None
        else None
        for what in ("expected_value", "range_lower", "range_upper")
    )
    months = named(row, "origin_months", expected["origin_months"], quantity(expected["origin_months"]))
    within = [", in a range of ", lower, " to ", upper] if lower and upper else []
    return [
        " When it is final it is expected to be ",
        value,
        *within,
        ", judging by ",
        months,
        " months that became final.",
    ]


def _changes(row: dict[str, Any], decimals: int, site: Site) -> list[Part]:
    """The change on the month and on the year."""
    if row["value"] is None:
        return []
    year_before = site.month.replace(year=site.month.year - 1)
    changes = [
        (change_of(row, since, decimals), month_name(before))
        for since, before in (("month", site.months[-2]), ("year", year_before))
    ]
    known = [[change, " on ", before] for change, before in changes if change]
    missing = [before for change, before in changes if not change]
    said: list[Part] = [" That is ", *listed(known), "."] if known else []
    if missing:
        said += [" There is no figure of ", *listed(missing, " or "), " to compare with."]
    return said


def _signal(judged: dict[str, Any]) -> list[Part]:
    if not judged.get("signal"):
        return []
    rule = f": {judged['rule']}" if judged["rule"] else ""
    return [f" {SIGNAL[judged['signal']]}{rule}."]


def _elsewhere(measure: dict[str, Any], site: Site) -> list[Part]:
    """England and the neighbours, each with its period, and how well they compare."""
    rows = [row for row in measure["comparators"] if row["kind"] in COMPARED and row["population"] == "all"]
    if not rows:
        return []
    first = rows[0]["statistic"]
    said = [
        [f"{COMPARED[row['kind']]} ", comparator_said(row, site.month)]
        for row in rows
        if row["statistic"] == first
    ]
    note = f", counted a little differently ({rows[0]['note']})" if rows[0]["note"] else ""
    return [" Elsewhere: ", *listed(said), note, "."]


def _groups(measure: dict[str, Any]) -> list[Part]:
    """The figures of named groups."""
    groups = [row for row in measure["figures"] if row["population"] != "all" and row["value"] is not None]
    if not groups:
        return []
    if len(groups) > MOST_GROUPS:
        return [" Its named groups are on the measure's page."]
    said = []
    for row in groups:
        parts = made_of(row)
        piece: list[Part] = [f"{row['population']} ", value_said(row, measure["decimals"])]
        said.append([*piece, " (", *parts, ")"] if parts else piece)
    return [" By group: ", *listed(said), "."]


def before_and_now(row: dict[str, Any], decimals: int) -> tuple[Said, Said]:
    """A revised figure as it was published and as it is now.

    Args:
        row: A row of measure_revisions.
        decimals: The register's decimals.
    """
    before, now = row["value_before"], row["value_after"]
    return tuple(
        named(
            row, what, value, "n/a" if value is None else shown({**row, "value_shown": None}, decimals, value)
        )
        for what, value in (("value before", before), ("value after", now))
    )


def cause_of(row: dict[str, Any]) -> list[Part]:
    """Why a figure moved, and how many units did: `late arrival: 9`.

    Args:
        row: A row of measure_revisions.
    """
    cause = row["cause"].replace("_", " ")
    if row["units"] is None:
        return [cause]
    return [f"{cause}: ", named(row, f"units of {row['cause']}", row["units"], quantity(row["units"]))]


def rows_of(count: int, of: int, what: str, month: date) -> list[Part]:
    """`12 of 345`, each bound to what was counted.

    Args:
        count: The rows that failed.
        of: The rows that were looked at.
        what: The check.
        month: The paper's month.
    """
    return [
        counted(count, f"{what}: rows failed", month),
        " of ",
        counted(of, f"{what}: rows tested", month),
    ]
