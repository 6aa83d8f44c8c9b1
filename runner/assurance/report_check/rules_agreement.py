"""Rules about figures of one month that must agree: one fact, one population, parts and wholes."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from runner.assurance.report_check.figures import Figure, show
from runner.assurance.report_check.relations import Relation, Term
from runner.assurance.report_check.report import (
    BLOCK,
    INFO,
    WARN,
    Children,
    Count,
    Finding,
    ImpliedChildren,
    Report,
    found,
)

SHARES = ("percent", "ratio", "mean")
COUNTS = ("count", "sum")
NOTABLE_COUNT = 100
"""From this size on, the same count under two unrelated measures is worth a look."""
POPULATION_DRIFT = Fraction(2, 100)
"""By how much the number of children may differ between months of one report."""
VINTAGE_DRIFT = Fraction(5, 100)
"""By how much a denominator may differ from its stock as at another date."""
BAND = re.compile(r"aged (\d+)(?:-(\d+)| and over)")
WORDS_WITHOUT_WEIGHT = {"the", "all", "total", "posts", "teams", "children", "young", "people", "cohort"}


def one_fact_one_value(report: Report) -> Iterator[Finding | None]:
    """One fact has one value.

    The same measure, unit, month, population and as-at date, wherever it is printed: values agree when they
    are equal, or when the finer rounds to the coarser; the numerator of a rate is a value of the count; and
    counts behind the same value agree. Source: cross-figure consistency (F12).
    """
    for fact, figures in report.facts.items():
        for other in figures[1:]:
            if figures[0].same_value(other) and figures[0].counts and other.counts:
                if figures[0].counts == other.counts:
                    yield None
                else:
                    gives = f"{show(figures[0].counts[0])} of {show(figures[0].counts[1])} and "
                    gives += f"{show(other.counts[0])} of {show(other.counts[1])}"
                    reading = "One value, two pairs of counts: one line was not refreshed."
                    yield found(BLOCK, [other, figures[0]], gives, reading)
        said = {figure: figure.number for figure in figures}
        if fact.unit == "count":
            counts = report.counts(Term(fact.measure, fact.population), figures[0])
            said |= {count.figure: count.number for count in counts if not _is_a_rate(report, count)}
            for figure in [figure for figure in said if _is_a_rate(report, Count(figure.number, figure))]:
                del said[figure]
        if len(said) < 2:
            continue
        distinct = list(dict.fromkeys(said.values()))
        if len(distinct) == 1 or all(figures[0].same_value(other) for other in said):
            yield None
            continue
        frequency = Counter(said.values())
        doubtful_first = sorted(said, key=lambda figure: frequency[said[figure]])
        values = " and ".join(f"{show(value, max(f.decimals for f in said))}" for value in distinct)
        yield found(
            BLOCK,
            doubtful_first,
            f"{len(distinct)} values: {values}",
            _reading_of_values(report, said, frequency),
        )


def _is_a_rate(report: Report, count: Count) -> bool:
    """Whether a count equals the printed rate of its own measure; rate_shown_as_count reports that."""
    if count.figure.unit != "count":
        return False
    measure = report.base(count.figure)
    counts = {other.number for other in report.counts(Term(measure), count.figure)}
    rates = report.values(measure, "per_10k", count.figure)
    return len(counts) > 1 and any(rate.number == count.number for rate in rates)


def _reading_of_values(report: Report, said: dict[Figure, Fraction], frequency: Counter[Fraction]) -> str:
    readings = []
    one = next(iter(said))
    for figure in said:
        counts = figure.counts
        if counts and figure.unit == "percent" and not figure.could_print(100 * counts[0] / counts[1]):
            readings.append(f"{figure.figure}'s own counts do not give it")
        for earlier in report.facts_at_other_dates(figure):
            if earlier.as_at < figure.as_at and earlier.same_value(figure):
                readings.append(f"{figure.figure} repeats {earlier.figure} as at {earlier.as_at}")
    common = frequency.most_common()
    if common[0][1] > common[1][1]:
        readings.append(f"{common[0][1]} of {len(said)} places say {show(common[0][0], one.decimals)}")
    gap = _month_left_out(report, one) if len({figure.source for figure in said}) == 1 else None
    if gap:
        readings.append(f"{one.source} gives no value for {gap}: one of the two may be that month's")
    if not readings:
        readings.append("One is of another run, or mistyped: one line was not refreshed")
    return "; ".join(readings) + "."


def _month_left_out(report: Report, figure: Figure) -> str | None:
    """The month next to a figure's that its source leaves out, where it gives the one beyond."""
    months = {
        other.month
        for other in report.figures
        if other.measure == figure.measure and other.source == figure.source
    }
    for step in (1, -1):
        if figure.month_beside(step) not in months and figure.month_beside(2 * step) in months:
            return figure.month_beside(step)
    return None


def one_population(report: Report) -> Iterator[Finding | None]:
    """One number of children gives every rate.

    A rate and its count imply a range of populations, count x (12 for a flow) x 10,000 / (rate +/- half a
    digit). The ranges of a month must meet; where most do, a rate outside their meeting is wrong, or its
    count is. Other months may differ by 2%. Source: recalculation (F11): rate = n x annualise x 10,000 / P.
    """
    for (population, month), rates in report.implied_children.items():
        children = report.children_by_month.get((population, month))
        severity = BLOCK
        if children is None:
            children, severity = report.children(population), WARN
            if children:
                drift = (children.fewest * (1 - POPULATION_DRIFT), children.most * (1 + POPULATION_DRIFT))
                children = Children(*drift, children.figures)
        if children:
            for ranges in rates:
                if any(_meets(implied, children.fewest, children.most) for implied in ranges):
                    yield None
                else:
                    yield _outside(report, severity, ranges, children)
        elif len(rates) > 1:
            certain = [ranges[0] for ranges in rates if len(ranges) == 1]
            if len(certain) < 2:
                continue
            fewest, most = max(rate.fewest for rate in certain), min(rate.most for rate in certain)
            if fewest <= most:
                yield None
            else:
                figures = [figure for rate in certain for figure in (rate.figure, rate.count.figure)]
                implied = "; ".join(f"{rate.figure.figure}: {_range(rate)}" for rate in certain)
                yield found(
                    BLOCK,
                    figures,
                    f"children implied: {implied}",
                    "A rate or a count is of another month or run.",
                )


def _meets(implied: ImpliedChildren, fewest: Fraction, most: Fraction) -> bool:
    return implied.fewest <= most and fewest <= implied.most


def _range(implied: ImpliedChildren) -> str:
    return f"{show(implied.fewest)} to {show(implied.most)}"


def _outside(report: Report, severity: str, ranges: list[ImpliedChildren], children: Children) -> Finding:
    figure, count, times = ranges[0].figure, ranges[0].count, ranges[0].times
    rates = [count.number * times * 10_000 / size for size in (children.most, children.fewest)]
    shown = list(dict.fromkeys(show(rate, figure.decimals + 1) for rate in rates))
    low, high = figure.number - figure.half_unit, figure.number + figure.half_unit
    needed = list(
        dict.fromkeys(
            (ceil(low * children.fewest / (times * 10_000)), floor(high * children.most / (times * 10_000)))
        )
    )
    gives = (
        f"{show(count.number)} gives {' to '.join(shown)}; "
        f"implied {' or '.join(_range(implied) for implied in ranges)} children, "
        f"where {', '.join(f.figure for f in children.figures[:4])} agree on {children.described}"
    )
    reading = f"{figure.value} needs a count of {' to '.join(f'{number:,}' for number in needed)}"
    other_times = Fraction(12) if times == 1 else Fraction(1)
    if _meets(
        ImpliedChildren(
            figure,
            count,
            other_times,
            *(end * other_times / times for end in (ranges[0].fewest, ranges[0].most)),
        ),
        children.fewest,
        children.most,
    ):
        reading = "A stock was annualised" if times == 1 else "A flow was not annualised"
    for other in report.counts_at_other_dates(Term(report.base(figure), figure.population), figure):
        if any(other.number == number for number in needed):
            reading += f", which {other.figure.figure} gives as at {other.figure.as_at}"
    figures = [figure, *(implied.count.figure for implied in ranges)]
    return found(severity, figures, gives, f"{reading}.")


def rate_shown_as_count(report: Report) -> Iterator[Finding | None]:
    """A count is not its own rate.

    A count that equals the printed rate of the same measure, month and population, while another figure
    gives a different count or the children do not allow both, is a rate in a series of counts. Source:
    recalculation (F11): the unit of every figure is compulsory.
    """
    for fact, figures in report.facts.items():
        if fact.unit != "count":
            continue
        for figure in figures:
            rates = report.values(fact.measure, "per_10k", figure)
            if not rates:
                continue
            counts = {
                count.number: count.figure
                for count in report.counts(Term(fact.measure), figure)
                if count.number != figure.number
            }
            same = [rate for rate in rates if rate.number == figure.number]
            children = report.children(fact.population)
            times = report.relations.annualised_by(fact.measure)
            fits = children is None or any(
                same_rate.could_print(figure.number * factor * 10_000 / size)
                for same_rate in same
                for factor in times
                for size in (children.fewest, children.most)
            )
            if same and (counts or not fits):
                gives = f"{show(figure.number)} is also the rate per 10,000"
                gives += "".join(f"; the count is {show(n)} in {f.figure}" for n, f in counts.items())
                yield found(
                    BLOCK,
                    [figure, *same, *counts.values()],
                    gives,
                    "The rate was put in a series of counts.",
                )
            else:
                yield None


def denominator_is_its_stock(report: Report) -> Iterator[Finding | None]:
    """A denominator is the stock it claims to be.

    `share_of`: the denominator equals the count that the report gives for the same month, population and
    as-at date; `share_within`: it is no more than that. Where the report gives the count at another as-at
    date only, they may differ by 5% (warn). A denominator that is exactly the count of another stock, and
    not of its own, is a warning too. Source: cross-figure consistency (F12): shared denominators equal their
    stock; subset within set.
    """
    at_other_dates: dict[tuple, list[Figure]] = defaultdict(list)
    for figure in report.figures:
        if figure.unit not in SHARES or figure.counts is None:
            continue
        for row in report.relations.of_left(figure.measure, "share_of", "share_within"):
            if row.right is None:
                continue
            counts = report.counts(row.right, figure)
            others = _counts_of_other_stocks(report, row, figure)
            if any(_is_base(row, figure.counts[1], count.number) for count in counts):
                yield None
            elif counts:
                yield found(
                    BLOCK,
                    [figure, *(count.figure for count in counts)],
                    f"{show(figure.counts[1])}, where {row.right.measure} is {show(counts[0].number)}",
                    _reading_of_base(report, figure, row.right, counts[0], others),
                )
            elif others:
                other = report.base(others[0].figure)
                yield found(
                    WARN,
                    [figure, others[0].figure],
                    f"{show(figure.counts[1])} is the count of {other}, not of {row.right.measure}",
                    "The denominator, or the whole line, was taken from another measure.",
                )
            else:
                place = (row.name, row.right, figure.month, figure.population, figure.as_at, figure.counts[1])
                at_other_dates[place].append(figure)
    for (name, stock, *_, denominator), figures in at_other_dates.items():
        counts = report.counts_at_other_dates(stock, figures[0])
        if counts:
            nearest = min(counts, key=lambda count: abs(count.number - denominator))
            yield _against_another_date(name == "share_of", stock, denominator, figures, nearest)


def _counts_of_other_stocks(report: Report, row: Relation, figure: Figure) -> list[Count]:
    """The counts of other stocks that are exactly the figure's denominator."""
    stocks = {
        other.right.measure for other in report.relations.named("share_of", "share_within") if other.right
    }
    return [
        count
        for stock in sorted(stocks - {row.right.measure if row.right else ""})
        for count in report.counts(Term(stock, figure.population), figure)
        if figure.counts and count.number == figure.counts[1] >= NOTABLE_COUNT
    ]


def _against_another_date(
    is_whole: bool, stock: Term, denominator: Fraction, figures: list[Figure], nearest: Count
) -> Finding | None:
    apart = denominator - nearest.number
    if (abs(apart) if is_whole else apart) <= nearest.number * VINTAGE_DRIFT:
        return None
    then = nearest.figure.as_at
    return found(
        WARN,
        [*figures, nearest.figure],
        f"{show(denominator)}, where {stock.measure} was {show(nearest.number)} as at {then}",
        f"The report gives no count as at {figures[0].as_at}: one of the two is no count of that month, "
        "or the change needs a reason.",
    )


def _is_base(row: Relation, denominator: Fraction, count: Fraction) -> bool:
    return denominator == count if row.name == "share_of" else denominator <= count


def _reading_of_base(report: Report, figure: Figure, stock: Term, own: Count, others: list[Count]) -> str:
    numerator, denominator = figure.counts or (Fraction(0), Fraction(0))
    effect = "that gives no percentage"
    if own.number:
        effect = f"{show(numerator)} of {show(own.number)} is {show(100 * numerator / own.number, 1)}%"
    for count in report.counts_at_other_dates(stock, figure):
        if count.number == denominator:
            return f"The base is the stock as at {count.figure.as_at}; {effect}."
    if others:
        return f"It is the count of {report.base(others[0].figure)} ({others[0].figure.figure}); {effect}."
    one, other = show(denominator), show(own.number)
    if len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return f"One digit is mistyped: {other} was printed as {one}; {effect}."
    return f"The share is of another base or run; {effect}."


def one_denominator_in_a_family(report: Report) -> Iterator[Finding | None]:
    """Measures about the same group have the same denominator.

    Shares of one stock that the report does not print itself (`share_of`), and pairs that the relation
    `same_denominator` names, for one month, population and as-at date. Source: cross-figure consistency
    (F12): shared denominators.
    """
    families: dict[tuple, dict[str, Figure]] = defaultdict(dict)
    for figure in report.figures:
        if figure.unit not in SHARES or figure.counts is None:
            continue
        for row in report.relations.of_left(figure.measure, "share_of"):
            if row.right and not report.counts(row.right, figure):
                place = (row.right.measure, figure.month, figure.population, figure.as_at)
                families[place].setdefault(figure.measure, figure)
        for row in report.relations.named("same_denominator"):
            if row.right and figure.measure in (row.left.measure, row.right.measure):
                place = (row, figure.month, figure.population, figure.as_at)
                families[place].setdefault(figure.measure, figure)
    for family in families.values():
        members = list(family.values())
        sizes = {member.counts[1] for member in members if member.counts}
        if len(members) > 1 and len(sizes) > 1:
            frequency = Counter(member.denominator for member in members)
            members.sort(key=lambda member: frequency[member.denominator])
            gives = " and ".join(show(size) for size in sorted(sizes))
            yield found(BLOCK, members, f"denominators {gives}", "One is of another month, date or group.")
        elif len(members) > 1:
            yield None


def numerator_is_its_count(report: Report) -> Iterator[Finding | None]:
    """A numerator is the count it claims to be.

    `numerator_of`: it equals the count; `numerator_within`: it is no more than that (warn: the relation's
    note says when it may be). Source: cross-figure consistency (F12).
    """
    for figure in report.figures:
        if figure.unit not in SHARES or figure.numerator is None:
            continue
        numerator = Fraction(figure.numerator)
        for row in report.relations.of_left(figure.measure, "numerator_of", "numerator_within"):
            counts = report.counts(row.right, figure) if row.right else []
            if not counts:
                continue
            exact = row.name == "numerator_of"
            if any(numerator == count.number if exact else numerator <= count.number for count in counts):
                yield None
            else:
                yield found(
                    BLOCK if exact else WARN,
                    [figure, *(count.figure for count in counts)],
                    f"{show(numerator)}, where the count is {show(counts[0].number)}",
                    f"{_sentence(row.note)}Otherwise the two are of different dates.",
                )


def _sentence(note: str) -> str:
    return f"{note[0].upper()}{note[1:]}. " if note else ""


def _pairs(report: Report, *names: str) -> Iterator[tuple[Relation, Figure, Figure]]:
    """The figures that stand on the two sides of a relation: same unit, month and as-at date."""
    for row in report.relations.named(*names):
        for fact in report.facts_of(row.left.measure):
            if row.right is None or row.left.population not in (None, fact.population):
                continue
            figure = report.facts[fact][0]
            others = report.values(row.right.measure, fact.unit, figure, row.right.population)
            if others:
                yield row, figure, others[0]


def subset_within_set(report: Report) -> Iterator[Finding | None]:
    """What is among something is no more than it.

    `subset_of`: counts by their value, percentages by their numerators and denominators. Source:
    cross-figure consistency (F12): subset <= set.
    """
    for row, part, whole in _pairs(report, "subset_of"):
        if part.unit in COUNTS:
            compared = [(part.number, whole.number)]
        elif part.counts and whole.counts:
            compared = list(zip(part.counts, whole.counts, strict=True))
        else:
            continue
        over = [(less, more) for less, more in compared if less > more]
        if over:
            gives = f"{show(over[0][0])} among {show(over[0][1])}"
            yield found(
                BLOCK, [part, whole], gives, _sentence(row.note) + "One is of another month, date or basis."
            )
        else:
            yield None


def never_above(report: Report) -> Iterator[Finding | None]:
    """A figure that can only be the smaller one is.

    `at_most`: issued within 20 weeks is never more than issued within 30; the severely absent are among the
    persistently absent. Source: cross-figure consistency (F12): subset <= set.
    """
    for _, low, high in _pairs(report, "at_most"):
        if low.number <= high.number or low.same_value(high):
            yield None
        else:
            yield found(BLOCK, [low, high], f"{low.value} above {high.value}", "The two lines are swapped.")


def rest_of_the_base(report: Report) -> Iterator[Finding | None]:
    """What one figure leaves out, another may count.

    `rest_of`: a count of those not in a percentage's numerator is no more than denominator - numerator
    (block), and where it is less, the difference needs an explanation (warn). Source: cross-figure
    consistency (F12): complements.
    """
    for row in report.relations.named("rest_of"):
        for figure in report.figures:
            if row.right is None or figure.measure != row.right.measure or figure.counts is None:
                continue
            if row.right.population not in (None, figure.population) or figure.unit != "percent":
                continue
            rest = figure.counts[1] - figure.counts[0]
            for count in report.counts(row.left, figure):
                if count.number == rest:
                    yield None
                else:
                    gives = f"{show(figure.counts[1])} less {show(figure.counts[0])} leaves {show(rest)}"
                    yield found(
                        BLOCK if count.number > rest else WARN,
                        [count.figure, figure],
                        gives,
                        f"{_sentence(row.note)}{show(abs(rest - count.number))} are in neither figure."
                        if count.number < rest
                        else "One is of another date or group.",
                    )


def complements_make_100(report: Report) -> Iterator[Finding | None]:
    """Two percentages that leave nothing out add up to 100.

    `complement_of`: within half of the last printed digit of each. Source: cross-figure consistency (F12):
    complements sum to 100 +/- rounding.
    """
    for _, one, other in _pairs(report, "complement_of"):
        if one.unit != "percent":
            continue
        total = one.number + other.number
        if abs(total - 100) <= one.half_unit + other.half_unit:
            yield None
        else:
            decimals = max(one.decimals, other.decimals)
            yield found(
                BLOCK,
                [one, other],
                f"{show(total, decimals)}%, not 100%",
                f"With {other.value}% the rest is {show(100 - other.number, decimals)}%, not {one.value}%: "
                "the two have different bases or dates.",
            )


def parts_make_the_whole(report: Report) -> Iterator[Finding | None]:
    """Parts add up to their whole.

    `part_of`: with every part printed, the sum is the whole within the rounding of each; with some, it is no
    more. `outcome_of`: counts only; no more than the whole (block), and less is undecided (warn). Source:
    cross-figure consistency (F12): parts sum to the whole.
    """
    for name in ("part_of", "outcome_of"):
        rows: dict[Term, list[Relation]] = defaultdict(list)
        for row in report.relations.named(name):
            if row.right:
                rows[row.right].append(row)
        for whole_term, parts_of_it in rows.items():
            for fact in report.facts_of(whole_term.measure):
                if fact.population != whole_term.population:
                    continue
                if name == "outcome_of" and fact.unit not in COUNTS:
                    continue
                whole = report.facts[fact][0]
                found_parts = [
                    report.values(row.left.measure, fact.unit, whole, row.left.population)
                    for row in parts_of_it
                ]
                parts = [values[0] for values in found_parts if values]
                if parts:
                    yield _sum_of_parts(whole, parts, name, len(parts) == len(parts_of_it))


def _sum_of_parts(whole: Figure, parts: list[Figure], name: str, is_complete: bool) -> Finding | None:
    total = sum((part.number for part in parts), Fraction(0))
    rounding = whole.unit not in COUNTS
    slack = (sum(part.half_unit for part in parts) + whole.half_unit) if rounding else Fraction(0)
    apart = total - whole.number
    decimals = max(figure.decimals for figure in (whole, *parts))
    gives = f"{' + '.join(str(part.value) for part in parts)} = {show(total, decimals)}, not {whole.value}"
    if apart > slack:
        reading = f"{show(apart, decimals)} too many: someone is in two parts, or the whole is older."
        return found(BLOCK, [whole, *parts], gives, reading)
    if apart < -slack and name == "outcome_of":
        reading = f"{show(-apart, decimals)} have no outcome: undecided, or an outcome that is not shown."
        return found(WARN, [whole, *parts], gives, reading)
    if apart < -slack and is_complete:
        reading = f"{show(-apart, decimals)} are in no part: a group is missing, or a part is older."
        return found(BLOCK, [whole, *parts], gives, reading)
    return None


def bands_tile(report: Report) -> Iterator[Finding | None]:
    """Age bands neither overlap nor exceed their whole, and what they leave out is possible.

    Populations named `aged 17-18` or `aged 22 and over`: bands of one measure must not share an age; their
    counts, and denominators, are no more than those of `all`; where they are less, what is left is named
    (info), and its numerator must lie between 0 and its denominator. Source: cross-figure consistency (F12).
    """
    groups: dict[tuple, list[Figure]] = defaultdict(list)
    for fact, figures in report.facts.items():
        if BAND.fullmatch(fact.population):
            groups[fact.measure, fact.unit, fact.month, fact.as_at].append(figures[0])
    for bands in groups.values():
        bands.sort(key=lambda figure: _ages(figure.population))
        overlap = next(
            (
                (low, high)
                for low, high in pairwise(bands)
                if _ages(low.population)[1] >= _ages(high.population)[0]
            ),
            None,
        )
        if overlap:
            gives = f"age {_ages(overlap[1].population)[0]} is in both"
            yield found(BLOCK, overlap, gives, "One band's label or its ages are wrong.")
        elif len(bands) > 1:
            yield None
        for whole in report.values(bands[0].measure, bands[0].unit, bands[0], "all")[:1]:
            if overlap is None:
                yield _bands_of(whole, bands)


def _ages(population: str) -> tuple[int, int]:
    found_ages = BAND.fullmatch(population)
    low, high = (found_ages[1], found_ages[2]) if found_ages else ("0", "0")
    return int(low), int(high or 120)


def _bands_of(whole: Figure, bands: list[Figure]) -> Finding | None:
    if whole.unit in COUNTS:
        left = [whole.number - sum(band.number for band in bands)]
    elif whole.counts and all(band.counts for band in bands):
        left = [
            whole.counts[place] - sum(band.counts[place] for band in bands if band.counts) for place in (0, 1)
        ]
    else:
        return None
    figures, ages = [whole, *bands], ", ".join(band.population for band in bands)
    if any(number < 0 for number in left):
        return found(
            BLOCK,
            figures,
            f"the bands hold {show(-min(left))} more than the whole",
            "The whole or a band is of another date.",
        )
    if len(left) == 2 and whole.unit == "percent" and left[0] > left[1]:
        gives = f"outside the bands {show(left[0])} of {show(left[1])}"
        return found(BLOCK, figures, gives, "A numerator or a denominator is of another date.")
    if left[-1] == 0:
        return None
    gives = f"{show(left[-1])} are in no band"
    if len(left) == 2 and whole.unit == "percent":
        gives += f"; of them {show(left[0])} ({show(100 * left[0] / left[1], 1)}%) in the numerator"
    return found(
        INFO, figures, gives, f"The bands ({ages}) do not cover everyone in the whole: show the rest."
    )


def counts_reappear(report: Report) -> Iterator[Finding | None]:
    """Unrelated measures do not share their counts.

    In one month, a numerator or count of 100 or more under two measures that no relation links. The same
    numerator and denominator, or a figure among them that its counts do not give, is a warning; else it may
    be chance (info). Source: cross-figure consistency (F12): same numerator under two measures.
    """
    by_count: dict[tuple[str, Fraction], list[Figure]] = defaultdict(list)
    for figure in report.figures:
        if figure.numerator is not None and figure.numerator >= NOTABLE_COUNT:
            by_count[figure.month, Fraction(figure.numerator)].append(figure)
    for (_, number), figures in by_count.items():
        first_of_measure = {report.base(figure): figure for figure in reversed(figures)}
        measures = list(first_of_measure)
        linked = [
            report.relations.is_linked(one, other)
            for place, one in enumerate(measures)
            for other in measures[place + 1 :]
        ]
        if all(linked):
            yield None
            continue
        pairs = [figure.counts for figure in figures if figure.counts]
        measures_of_pair = {
            pair: {figure.measure for figure in figures if figure.counts == pair} for pair in pairs
        }
        shared = [pair for pair, of in measures_of_pair.items() if len(of) > 1]
        wrong = [
            figure
            for figure in figures
            if figure.unit == "percent"
            and figure.counts
            and not figure.could_print(100 * figure.counts[0] / figure.counts[1])
        ]
        gives = f"{show(number)} under {len(measures)} measures"
        gives += "".join(f", as {show(one)} of {show(other)} under two" for one, other in shared)
        if shared or wrong:
            gives += "".join(f"; {figure.figure}'s own counts do not give it" for figure in wrong)
            yield found(WARN, [*wrong, *figures], gives, "A count was copied from one line to another.")
        else:
            yield found(INFO, figures, gives, "Chance, or a count copied from one line to another.")


def one_population_one_label(report: Report) -> Iterator[Finding | None]:
    """One population has one label.

    Labels of one measure, unit, month and as-at date that differ only in words such as `posts` or `children`
    name one population: their values must agree. Source: definition control (F18); cross-figure consistency
    (F12).
    """
    groups: dict[tuple, list[Figure]] = defaultdict(list)
    for fact, figures in report.facts.items():
        words = frozenset(fact.population.lower().split()) - WORDS_WITHOUT_WEIGHT
        if words:
            groups[fact.measure, fact.unit, fact.month, fact.as_at, words].append(figures[0])
    for figures in groups.values():
        for other in figures[1:]:
            if figures[0].same_value(other):
                yield None
            else:
                yield found(
                    WARN,
                    [figures[0], other],
                    f"'{figures[0].population}' and '{other.population}'",
                    "Two bases under one name: say what each is divided by.",
                )


def slices_differ(report: Report) -> Iterator[Finding | None]:
    """Two groups seldom have the same percentage to the decimal.

    Populations of one measure in one table, month and as-at date with the same percentage of three digits or
    more, at least one of them without its counts. Source: digit and copy checks of the analytical review
    (F14).
    """
    groups: dict[tuple, list[Figure]] = defaultdict(list)
    for fact, figures in report.facts.items():
        if fact.unit == "percent":
            groups[fact.measure, fact.month, fact.as_at, figures[0].source].append(figures[0])
    for figures in groups.values():
        for place, one in enumerate(figures):
            for other in figures[place + 1 :]:
                if one.counts and other.counts:
                    continue
                is_fine = one.decimals > 0 and len(one.value.as_tuple().digits) >= 3
                if is_fine and one.value == other.value and 0 < one.number < 100:
                    gives = f"{one.value}% in '{one.population}' and in '{other.population}'"
                    yield found(INFO, [other, one], gives, "One line may be a copy of the other.")
                else:
                    yield None
