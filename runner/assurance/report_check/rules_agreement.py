"""Rules about figures of one month that must agree: one fact, its stock, its label, its counts."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from runner.assurance.report_check.figures import Figure, show
from runner.assurance.report_check.relations import MEANINGS, Relation, Term
from runner.assurance.report_check.report import BLOCK, INFO, WARN, Count, Finding, Report, found, sentence

SHARES = ("percent", "ratio", "mean")
NOTABLE_COUNT = 100
"""From this size on, the same count under two unrelated measures is worth a look."""
VINTAGE_DRIFT = Fraction(5, 100)
"""By how much a denominator may differ from its stock as at another date."""
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
        if figure.counts and figure.unit == "percent":
            gives_it = figure.could_print(100 * figure.counts[0] / figure.counts[1])
            readings.append(f"{figure.figure}'s own counts {'give' if gives_it else 'do not give'} it")
        bases = [share.figure for share in report.shares_of(figure) if share.denominator == figure.value]
        if bases:
            readings.append(f"{show(figure.number)} is the denominator in {', '.join(bases)}")
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
                    f"{sentence(row.note)}Otherwise the two are of different dates.",
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
        if all(report.relations.is_linked(*pair) for pair in combinations(measures, 2)):
            yield None
            continue
        pairs = [figure.counts for figure in figures if figure.counts and figure.unit in SHARES]
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
    more, at least one of them without its counts, and no relation (such as part and whole) between them.
    Source: digit and copy checks of the analytical review (F14).
    """
    linked = {frozenset((row.left, row.right)) for row in report.relations.named(*MEANINGS)}
    groups: dict[tuple, list[Figure]] = defaultdict(list)
    for fact, figures in report.facts.items():
        if fact.unit == "percent":
            groups[fact.measure, fact.month, fact.as_at, figures[0].source].append(figures[0])
    for figures in groups.values():
        for one, other in combinations(figures, 2):
            terms = frozenset(Term(figure.measure, figure.population) for figure in (one, other))
            if (one.counts and other.counts) or terms in linked:
                continue
            is_fine = one.decimals > 0 and len(one.value.as_tuple().digits) >= 3
            if is_fine and one.value == other.value and 0 < one.number < 100:
                gives = f"{one.value}% in '{one.population}' and in '{other.population}'"
                yield found(INFO, [other, one], gives, "One line may be a copy of the other.")
            else:
                yield None
