"""How one value is read: each column's text, its type, and why a value cannot be trusted, as SQL.

Every column is read as text. A reason is a short fixed phrase; null means that nothing is wrong.
"""

from datetime import date, timedelta

from runner.landing.contract import Column, Table

DATE = r"\d{4}-\d{2}-\d{2}"
TIME = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
ZONE = r" ?(Z|[+-]\d{2}(:?\d{2})?)"
# Controls, marks of writing direction, and characters that do not show: two texts that look alike are alike.
NOT_TEXT = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{0080}-\x{009f}\x{061c}\x{200b}\x{200e}\x{200f}\x{2028}-\x{202e}"
    r"\x{2060}-\x{2069}\x{feff}\x{e0000}-\x{e007f}]"
)
SCIENTIFIC = r"-?\d+(\.\d+)?[eE][+]?\d+"
NULL_WORDS = ("NULL", "null", "N/A", "n/a", "#N/A", "\\N", "(null)")
"""Words that stand for no value at all, exactly so written: a person may be called Null."""

EDGES = " \t\r\n\u00a0\u2007\u202f\u200b\ufeff"

DAY_FIRST = "date is written day first, not year first"
TWO_DIGIT_YEAR = "year has two digits"
SERIAL = "date is a spreadsheet's serial number"
MIDNIGHT = "24:00 is no time of day"
NOT_A_DATE = "not a date"
PLACEHOLDER = "date is a placeholder"
AFTER_EXTRACT = "dated after the extract"
BLANK_KEY = "the key is blank"
DAMAGED_ID = "id was turned into a number by a spreadsheet"
CONTROL = "holds control characters"


def quoted(text: str) -> str:
    """Text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def clean(value: str, is_ascii: bool, has_null_words: bool = False) -> str:
    """Text without the spaces at its edges, non-breaking ones too; blank, or a word for none, is null."""
    normal, edges = (value, EDGES[:4]) if is_ascii else (f"nfc_normalize({value})", EDGES)
    trimmed = f"trim({normal}, {quoted(edges)})"
    if not has_null_words:
        return f"nullif({trimmed}, '')"
    words = ", ".join(map(quoted, ("", *NULL_WORDS)))
    return f"case when {trimmed} not in ({words}) then {trimmed} end"


def typed(column: Column) -> str:
    """The value of a cleaned text column in its own type; null where it is not of that type."""
    value = named(column.name)
    match column.type:
        case "date":
            return (
                f"case when {_is_plain_day(value)} then cast(try_cast({value} as date) as timestamp)"
                f" when {_is_plain_time(value)} then try_cast({value} as timestamp)"
                f" when regexp_full_match({value}, {quoted(f'{DATE}[ T]{TIME}')})"
                f" then try_cast({value} as timestamp)"
                f" when regexp_full_match({value}, {quoted(f'{DATE}[ T]{TIME}{ZONE}')})"
                f" then try_cast({_standard_zone(value)} as timestamptz) at time zone 'Europe/London' end"
            )
        case "integer":
            whole = f"regexp_full_match({value}, '-?\\d+(\\.0+)?')"
            return f"case when {whole} then try_cast({value} as bigint) end"
        case "number":
            decimal = f"regexp_full_match({value}, '-?\\d+(\\.\\d+)?')"
            return f"case when {decimal} then try_cast({value} as double) end"
        case _:
            return value


def _standard_zone(value: str) -> str:
    """A time whose zone is written as the database reads it: no space before it, a colon within it."""
    return f"regexp_replace(regexp_replace({value}, ' ([Z+-])', '\\1'), '([+-]\\d\\d)(\\d\\d)$', '\\1:\\2')"


def plainly_typed(column: Column) -> str:
    """The same, cheaper, for a column whose values are all written plainly: `suspicion` is nowhere true."""
    value = named(column.name)
    match column.type:
        case "date":
            return f"try_cast({value} as timestamp)"
        case "integer":
            return f"try_cast({value} as bigint)"
        case _:
            return typed(column)


def _is_plain_day(value: str) -> str:
    return f"cast(try_cast({value} as date) as varchar) = {value}"


def _is_plain_time(value: str) -> str:
    return f"cast(try_cast({value} as timestamp) as varchar) = {value}"


def suspicion(column: Column, table: Table, as_at: date, has_controls: bool) -> str | None:
    """A cheap question that is true of every value for which `value_reason` may have a reason."""
    value = named(column.name)
    reason = value_reason(column, table, as_at, has_controls)
    if column.type == "date":
        on = named(column.name + ":on")
        latest = "2200-01-01" if column.may_lie_ahead else str(as_at + timedelta(days=1))
        is_known = f"{on} >= timestamp '1900-01-02' and {on} < timestamp '{latest}'"
        is_plain = f"(length({value}) = 10 and {_is_plain_day(value)} or {_is_plain_time(value)})"
        doubt = f"{value} is not null and ({is_plain} and {is_known}) is not true"
        return f"{value} is null or {doubt}" if column.is_key else doubt
    if column.type == "integer":
        number = f"try_cast({value} as bigint)"
        limit = f" and {number} <= {column.highest}" if column.highest is not None else ""
        is_plain = f"cast({number} as varchar) = {value} and {number} >= 0{limit}"
        return f"{value} is not null and ({is_plain}) is not true"
    return f"{reason} is not null" if reason else None


def has_zone(value: str) -> str:
    """Whether a date's text says its zone."""
    return f"({value} like '%Z' or substr({value}, 17) like '%+%' or substr({value}, 17) like '%-%')"


def value_reason(column: Column, table: Table, as_at: date, has_controls: bool) -> str | None:
    """Why one value cannot be trusted: SQL over the text column and, for a date, its `:on` column."""
    value = named(column.name)
    cases: list[tuple[str, str]] = []
    if column.is_key:
        cases.append((f"{value} is null", BLANK_KEY))
    else:
        cases.append((f"{value} is null", ""))
    if column.max_length and column.type != "yes_no":
        cases.append(
            (f"length({value}) > {column.max_length}", f"longer than {column.max_length} characters")
        )
    if has_controls:
        cases.append((f"regexp_matches({value}, {quoted(NOT_TEXT)})", CONTROL))
    if column.is_key or column.references:
        cases.append(
            (
                f"contains(lower({value}), 'e+') and regexp_full_match({value}, {quoted(SCIENTIFIC)})",
                DAMAGED_ID,
            )
        )
    if column.codes:
        cases += _code_cases(column, table)
    match column.type:
        case "yes_no":
            cases.append((f"upper({value}) not in ('Y', 'N')", "not Y, N or blank"))
        case "json":
            cases.append((f"not json_valid({value})", "not JSON"))
        case "integer" | "number":
            cases += _number_cases(column)
        case "date":
            cases += _date_cases(column, as_at)
    if len(cases) == 1 and not column.is_key:
        return None
    branches = " ".join(f"when {when} then {quoted(reason) if reason else 'null'}" for when, reason in cases)
    return f"case {branches} end"


def _code_cases(column: Column, table: Table) -> list[tuple[str, str]]:
    value = f"lower({named(column.name)})"
    cases = [
        (
            f"{value} = {quoted(code.code.lower())}"
            f" and {named(table.started_on + ':on')} > date '{code.valid_to}'",
            "code was no longer in use on that date",
        )
        for code in column.codes.codes
        if code.valid_to
    ]
    if column.codes.rejects:
        cases.append((unknown_code(column), "not a code that is known"))
    return cases


def unknown_code(column: Column) -> str:
    """Whether a code is in no code set; upper and lower case are alike."""
    codes = ", ".join(quoted(code.code.lower()) for code in column.codes.codes)
    return f"lower({named(column.name)}) not in ({codes})"


def _number_cases(column: Column) -> list[tuple[str, str]]:
    number = typed(column)
    kind = "a whole number" if column.type == "integer" else "a number"
    cases = [(f"{number} is null", f"not {kind}"), (f"{number} < 0", "below nought")]
    if column.highest is not None:
        cases.append((f"{number} > {column.highest}", f"above {column.highest}"))
    return cases


def _date_cases(column: Column, as_at: date) -> list[tuple[str, str]]:
    value = named(column.name)
    on = named(column.name + ":on")

    def unread(pattern: str) -> str:
        return f"{on} is null and regexp_full_match({value}, {quoted(pattern)})"

    cases = [
        (unread(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}.*"), DAY_FIRST),
        (unread(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}.*"), TWO_DIGIT_YEAR),
        (unread(r"\d{4,6}(\.\d+)?"), SERIAL),
        (unread(rf"{DATE}[ T]24:.*"), MIDNIGHT),
        (f"{on} is null", NOT_A_DATE),
        (f"{on} <= timestamp '1900-01-01 23:59:59' or {on} >= timestamp '2200-01-01'", PLACEHOLDER),
    ]
    if not column.may_lie_ahead:
        cases.append((f"cast({on} as date) > date '{as_at}'", AFTER_EXTRACT))
    return cases
