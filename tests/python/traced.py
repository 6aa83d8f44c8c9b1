"""Whether every number in a report is a figure of its release: read anew from the marts, rounded anew.

Nothing here is shared with what writes the report, but for the marts themselves.
"""

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import duckdb

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DATES = (
    rf"(?:\b\d{{1,2}} )?(?:{MONTHS}) \d{{4}}\b",
    rf"\b\d{{1,2}} (?:{MONTHS})\b",
    r"\b[Ss]ection 47\b",
    r"\b\d{4}-\d{2}-r\d+",
    r"\b\d{4}-\d{2}\b",
    r"\(F\d\d\)",
    r"\bTable \d+",
)
DEADLINES = "select concat_ws(' ', title, numerator_rule) from release.marts.dim_measure"
DEADLINE = re.compile(r"\b\d+ (?:working days|days|weeks|months)\b")
WRITTEN = """
    select unnest([title, unit_counted, owner]) from release.marts.dim_measure
    union all select population from release.marts.measure_results
    union all select unnest([covers, note]) from release.marts.comparators
    union all select unnest([title, consequence, owner]) from release.marts.check_results
"""
"""Text of the marts that may hold a number of its own, such as `within 45 working days`."""

PARTS = ("numerator", "denominator", "value")


@dataclass
class Read(HTMLParser):
    """A page's blocks of text, and what each `data` element says of which figure."""

    text: str
    blocks: list[str] = field(default_factory=lambda: [""])
    plain: list[str] = field(default_factory=lambda: [""])
    bound: list[tuple[str, str]] = field(default_factory=list)
    _figure: str | None = None
    _is_shown: bool = False

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag == "data":
            self._figure = dict(attrs)["data-figure"]
            self.bound.append((self._figure, ""))
        elif tag in ("header", "main"):
            self._is_shown = True
        elif tag not in ("strong", "em", "span"):
            self.blocks.append("")
            self.plain.append("")

    def handle_endtag(self, tag):
        if tag == "data":
            self._figure = None
        elif tag not in ("strong", "em", "span"):
            self.blocks.append("")
            self.plain.append("")

    def handle_data(self, data):
        if not self._is_shown:
            return
        self.blocks[-1] += data
        if self._figure is None:
            self.plain[-1] += data
        else:
            self.plain[-1] += " "
            self.bound[-1] = (self._figure, self.bound[-1][1] + data)


def said_in_html(page: Path) -> list[str]:
    """The texts of a page's blocks, in order, each gap a space."""
    blocks = Read(page.read_text(encoding="utf-8")).blocks
    return [text for block in blocks if (text := " ".join(block.split()))]


def said_in_docx(document: Path) -> list[str]:
    """The texts of a document's paragraphs and cells, in order, with the numbers that Word gives them."""
    import docx
    from docx.oxml.ns import qn

    read = docx.Document(BytesIO(document.read_bytes()))
    styles = {style.style_id: style for style in read.styles}
    counts, said = [0, 0], []
    for element in read.element.body.iter(qn("w:p")):
        text = "".join(node.text or "" for node in element.iter(qn("w:t")))
        style = styles[element.style] if element.style else None
        numbering = style.element.pPr.numPr if style is not None and style.element.pPr is not None else None
        if numbering is not None and numbering.ilvl is not None and numbering.numId.val:
            level = numbering.ilvl.val
            counts = [counts[0] + 1, 0] if level == 0 else [counts[0], counts[1] + 1]
            text = f"{'.'.join(map(str, counts[: level + 1]))} {text}"
        if text.strip():
            said.append(" ".join(text.split()))
    return said


def untraced(page: Path, marts: Path, counts: dict[str, float]) -> list[str]:
    """What of a page's numbers is no figure of a release, in words; empty where each one is.

    Args:
        page: The report.
        marts: The release's file.
        counts: What the paper may count besides figures, by what is counted.
    """
    read = Read(page.read_text(encoding="utf-8"))
    with duckdb.connect() as connection:
        connection.execute(f"attach '{marts}' as release (read_only)")
        written = {text for (text,) in connection.execute(WRITTEN).fetchall() if text}
        for (meaning,) in connection.execute(DEADLINES).fetchall():
            written |= set(DEADLINE.findall(meaning))
        faults = [
            f"{text!r} is not {figure}"
            for figure, text in read.bound
            if not _is_figure(connection, figure, text, counts)
        ]
    for block in read.plain:
        left = block
        for text in sorted(written, key=len, reverse=True):
            left = left.replace(text, " ")
        for pattern in (*DATES, r"^\s*\d(?:\.\d+)?\s"):
            left = re.sub(pattern, " ", left)
        faults += [f"{number!r} is typed in {block.strip()!r}" for number in NUMBER.findall(left)]
    return faults


def _is_figure(connection, figure: str, text: str, counts: dict[str, float]) -> bool:
    """Whether a text says the figure that it is bound to."""
    measure, statistic, month, population, what = figure.split("; ", 4)
    numbers = [Decimal(number.replace(",", "")) for number in NUMBER.findall(text)]
    if measure == "release":
        return numbers == [Decimal(str(counts[what]))]
    key = [measure, statistic, f"{month}-01", population]

    def one(sql: str, *more: str) -> tuple | None:
        return connection.execute(sql, [*key, *more]).fetchone()

    where = " where measure_id = ? and statistic = ? and reporting_month = ? and population = ?"
    (decimals,) = connection.execute(
        "select decimals from release.marts.dim_measure where measure_id = ?", [measure]
    ).fetchone()
    decimals = 0 if statistic == "count" else decimals
    points = 1 if statistic in ("percent", "ratio") else decimals
    if what in PARTS:
        (value,) = one(f"select {what} from release.marts.measure_results{where}")
        shown = decimals if what == "value" else 2
        return numbers[0] == _rounded(value, shown) and ("%" in text) == (
            what == "value" and statistic in ("percent", "ratio")
        )
    if what.startswith(("change", "difference")):
        months = 1 if what.endswith("month") else 12
        (change,) = one(
            "select now.value - before.value from release.marts.measure_results as now"
            " inner join release.marts.measure_results as before"
            " using (measure_id, statistic, population)"
            f" where now.measure_id = ? and now.statistic = ? and now.reporting_month = ?"
            f" and population = ? and before.reporting_month = now.reporting_month - interval {months} month"
        )
        rounded = _rounded(change, points)
        if rounded == 0:
            return text == "no change"
        direction = {"up": 1, "down": -1}.get(text.split()[0], 1 if rounded > 0 else -1)
        return numbers[0] * direction == rounded
    if what in ("value before", "value after") or what.startswith("units of "):
        column = {"value before": "value_before", "value after": "value_after"}.get(what, "units")
        cause = what.removeprefix("units of ") if column == "units" else "%"
        (value,) = one(f"select {column} from release.marts.measure_revisions{where} and cause like ?", cause)
        return numbers == [_rounded(value, decimals)]
    if what in ("median_revision", "p90_revision", "revision_months"):
        (value,) = connection.execute(
            f"select {what} from release.marts.measure_maturity where measure_id = ? and statistic = ?",
            key[:2],
        ).fetchone()
        return numbers == [_rounded(value, 1)]
    if what in ("expected_value", "range_lower", "range_upper", "origin_months"):
        (value,) = one(f"select {what} from release.marts.measure_expected{where}")
        return numbers == [_rounded(value, decimals)]
    if what == "interval":
        ends = connection.execute(
            "select interval_lower, interval_upper from release.marts.measure_signals"
            " where measure_id = ? and statistic = ? and reporting_month = ?",
            key[:3],
        ).fetchone()
        return population == "all" and numbers == [_rounded(end, decimals) for end in ends]
    (value,) = connection.execute(
        "select value from release.marts.comparators where measure_id = ? and statistic = ?"
        " and population = ? and kind = ? and is_latest",
        [measure, statistic, population, what],
    ).fetchone()
    return numbers[0] == _rounded(value, 1)


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
