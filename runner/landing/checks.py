"""Reads the sources into a private database, finds every fault, and writes what is sound.

One or two statements a table, made from the contract. `raw.<table>` holds the rows as text; a
row that is rejected, or is an exact copy, leaves it, so that in the end it holds what is accepted.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from runner.database import THREADS, locked_down
from runner.landing import values
from runner.landing.contract import MERGES, PEOPLE, Contract, Table
from runner.landing.faults import refused
from runner.landing.rules import LOST_ZEROS, NOTICE_TEXT, ORPHAN, Notice, Rule, notices, on, row_rules
from runner.landing.sources import EXPORT_AGAIN, Source, make_clean_copy
from runner.landing.values import named, quoted

MERGE_TYPE = "merged person id"
# One thread costs a third less than two, and is as fast, until there is much to read.
ONE_THREAD_BYTES = 256 * 2**20
# Shares of a table's rows above which a fault is a fault of the whole file.
LIMITS = {
    values.DAY_FIRST: (0.01, "Export dates as 2024-06-30 and land the folder again."),
    values.AFTER_EXTRACT: (0.01, "Check the --as-at date against the date of the extract."),
    values.DAMAGED_ID: (0.001, "Export the ids as text, without opening the file in a spreadsheet."),
    LOST_ZEROS: (0.001, "Export the ids as text, without opening the file in a spreadsheet."),
}
REJECTED_LIMIT = 0.02


@dataclass
class Account:
    """What became of one table's rows."""

    rows: int
    duplicates: int = 0
    rejected: int = 0
    min_date: date | None = None
    max_date: date | None = None


@dataclass
class Warned:
    """Something accepted that a reader of the figures should know, bound to its table."""

    table: str
    kind: str
    rows: int
    text: str


@dataclass
class Checks:
    """The private database of one landing, and what was found in it."""

    contract: Contract
    as_at: date
    scratch: Path
    accounts: dict[str, Account] = field(default_factory=dict)
    warned: list[Warned] = field(default_factory=list)
    plain: set[str] = field(default_factory=set)

    def open(self, source: Path, size: int) -> None:
        """Opens the database: in memory, spilling to the scratch folder, shut off from everything else.

        Args:
            source: The only other folder that it may read.
            size: How many bytes there are to read.
        """
        threads = 1 if size < ONE_THREAD_BYTES else THREADS
        spill = self.scratch / "spill"
        self.database = locked_down(source, self.scratch.parent, spill=spill, threads=threads)
        self.database.execute("create schema raw")
        self.database.execute(
            "create table faults (table_name varchar, source_line bigint, column_name varchar,"
            " value varchar, reason varchar)"
        )

    def close(self) -> None:
        """Frees the database."""
        self.database.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Runs a statement and returns all of its rows."""
        return self.database.execute(sql).fetchall()

    def warn(self, table: str, kind: str, rows: int, column: str = "") -> None:
        """Notes a warning, if it is about any rows at all."""
        if rows:
            noun = "row" if rows == 1 else "rows"
            about = NOTICE_TEXT[kind].format(column=column)
            self.note(table, kind, rows, f"{table}: {rows:,} {noun} {about}.")

    def note(self, table: str, kind: str, rows: int, text: str) -> None:
        """Notes a warning in words of its own."""
        self.warned.append(Warned(table, kind, rows, text))

    def load(self, source: Source) -> None:
        """Reads one source as text, and compares the number of records with the independent count."""
        import duckdb

        try:
            loaded = self._load(source)
        except duckdb.Error:
            loaded = -1
        if loaded + len(source.ragged) != source.rows and not source.is_parquet and not source.readable:
            make_clean_copy(source, self.scratch)
            loaded = self._load(source)
        if loaded + len(source.ragged) != source.rows:
            raise refused(
                f"{source.path.name} is not read alike by two readers: {source.rows:,} rows by the one,"
                f" {max(loaded, 0):,} by the other.",
                EXPORT_AGAIN,
            )
        account = Account(rows=source.rows, rejected=len(source.ragged))
        self.accounts[source.table.name] = account
        if source.ragged:
            self.database.executemany(
                "insert into faults values (?, ?, null, ?, ?)",
                [(source.table.name, line, text, reason) for line, reason, text in source.ragged],
            )

    def _load(self, source: Source) -> int:
        table = source.table
        if source.is_parquet:
            texts = {name: f"cast({named(name)} as varchar)" for name in table.names}
            line = "file_row_number + 2"
            relation = f"read_parquet({quoted(str(source.path))}, file_row_number = true)"
        else:
            texts = {name: f"c{source.columns.index(name)}" for name in table.names}
            columns = [f"'c{place}': 'VARCHAR'" for place in range(len(source.columns))]
            if source.readable:
                line, skip, line_end = "cast(line as bigint)", 0, "\\n"
                columns.insert(0, "'line': 'VARCHAR'")
            else:
                line, skip, line_end = "row_number() over () + 1", 1, source.line_end
            relation = (
                f"read_csv({quoted(str(source.readable or source.path))}, auto_detect = false,"
                f" header = false, skip = {skip}, delim = ',', quote = '\"', escape = '\"',"
                f" new_line = '{line_end}', strict_mode = true, columns = {{{', '.join(columns)}}})"
            )
        cleaned = {
            name: values.clean(text, source.is_ascii, source.has_null_words) for name, text in texts.items()
        }
        trimmed = "0"
        if source.has_edge_spaces or source.has_null_words:
            trimmed = " + ".join(
                f"cast({text} <> '' and {cleaned[name]} is distinct from {text} as utinyint)"
                for name, text in texts.items()
            )
        selected = ", ".join(f"{text} as {named(name)}" for name, text in cleaned.items())
        return self.rows(
            f"create or replace table raw.{named(table.name)} as"
            f' select {line} as source_line, {selected}, cast({trimmed} as integer) as ":trimmed"'
            f" from {relation}"
        )[0][0]

    def resolve_merges(self) -> None:
        """Makes references to merged people name the survivor; chains are followed, a circle refused."""
        merges: dict[str, str] = {}
        lines: dict[str, int] = {}
        for line, old, survivor in self.rows(
            "select source_line, link_identifier_value, link_person_id"
            f" from raw.{named(MERGES)} where lower(link_identifier_type) = {quoted(MERGE_TYPE)}"
            " and link_identifier_value <> link_person_id order by source_line"
        ):
            if merges.setdefault(old, survivor) == survivor:
                lines[old] = line
            else:
                self.add_fault(MERGES, line, "link_identifier_value", old, "merged into two different people")
        survivors = {}
        for old in merges:
            seen = [old]
            while seen[-1] in merges:
                following = merges[seen[-1]]
                if following in seen:
                    raise refused(
                        f"{MERGES}, line {lines[seen[-1]]}: people are merged into each other in a circle.",
                        "Correct the merges in the case system and export the table again.",
                    )
                seen.append(following)
            survivors[old] = seen[-1]
        if not survivors:
            return
        self.database.execute("create table merges (old_id varchar, person_id varchar)")
        self.database.executemany("insert into merges values (?, ?)", list(survivors.items()))
        for table in self.contract.tables.values():
            for column in table.columns:
                if (PEOPLE, self.people_key) in column.references:
                    changed = self.rows(
                        f"update raw.{named(table.name)} as rows set {named(column.name)} = merges.person_id"
                        f" from merges where rows.{named(column.name)} = merges.old_id"
                    )[0][0]
                    self.warn(table.name, "merged", changed)

    @property
    def people_key(self) -> str:
        """The column that identifies a person."""
        return self.contract.tables[PEOPLE].key[0]

    def add_fault(self, table: str, line: int, column: str, value: str, reason: str) -> None:
        """Notes why one row is rejected."""
        self.database.execute(
            "insert into faults values (?, ?, ?, ?, ?)", (table, line, column, value, reason)
        )

    def described(self, table: Table, plainly: bool = False) -> str:
        """A table's rows with their dates, and the person each is about, as a FROM clause.

        Args:
            table: The table.
            plainly: Whether only dates that are written plainly need to be read.
        """
        read = values.plainly_typed if plainly or table.name in self.plain else values.typed
        dates = "".join(
            f", {read(column)} as {on(column.name)}" for column in table.columns if column.type == "date"
        )
        rows = f"(select *{dates} from raw.{named(table.name)}) as described"
        if table.person:
            rows += f" left join people as subject on described.{named(table.person)} = subject.person_id"
        return rows

    def check_all(self, sources: dict[str, Source]) -> None:
        """Checks every table: people first, since the others refer to them."""
        tables = self.contract.tables
        for name in [PEOPLE, *(name for name in tables if name != PEOPLE)]:
            self.check_table(sources[name])
            if name == PEOPLE:
                self.database.execute(
                    f"create table people as select {named(self.people_key)} as person_id,"
                    ' cast(coalesce("pers_dob:on", "pers_expected_dob:on") as date) as born_on,'
                    ' "pers_dob:on" is null as is_birth_expected'
                    f" from {self.described(tables[PEOPLE])}"
                )

    def check_table(self, source: Source) -> None:
        """Finds the faults of one table; rows with faults, and exact copies, leave it.

        A first look asks cheap questions. Only where one of them is answered with yes are the
        values read by every rule, and their reasons worked out.
        """
        table = source.table
        self._remove_duplicates(table)
        has_controls = source.has_controls or not source.is_ascii
        asked = [values.suspicion(column, table, self.as_at, has_controls) for column in table.columns]
        across = [f"{rule.reason} is not null" for rule in row_rules(table, self.as_at)]
        suspects = self._profile(table, [*filter(None, asked), *across], plainly=True)
        if not suspects:
            self.plain.add(table.name)
        else:
            rules = [
                Rule(column.name, reason)
                for column in table.columns
                if (reason := values.value_reason(column, table, self.as_at, has_controls))
            ]
            rules += row_rules(table, self.as_at)
            self._refuse_mixed_zones(source)
            self._find_reasons(table, rules)
            self._profile(table, ["false"], plainly=False)
        for notice, rows in self._noticed:
            self.warn(table.name, notice.kind, rows, notice.column)
        self._reject_conflicts(table)
        self._reject_natural_copies(table)
        self.drop_rejected(table)

    def _profile(self, table: Table, doubts: list[str], plainly: bool) -> int:
        """Looks through a table once: its dates, what is to be noted, and how many rows are in doubt."""
        counted = notices(table, self.contract)
        started = f"cast({on(table.started_on)} as date)" if table.started_on else "cast(null as date)"
        found = self.rows(
            f"select count_if({' or '.join(doubts)}), min({started}), max({started}),"
            ' count_if(":trimmed" > 0)'
            + "".join(f", count_if({notice.holds})" for notice in counted)
            + f" from {self.described(table, plainly)}"
        )[0]
        suspects, account_min, account_max, trimmed = found[:4]
        account = self.accounts[table.name]
        account.min_date, account.max_date = account_min, account_max
        self._noticed = [(Notice("trimmed", "", ""), trimmed), *zip(counted, found[4:], strict=True)]
        return suspects

    def _find_reasons(self, table: Table, rules: list[Rule]) -> None:
        listed = ", ".join(
            f"{{'c': {quoted(rule.column)}, 'v': {named(rule.column)}, 'r': {rule.reason}}}" for rule in rules
        )
        self.database.execute(
            f"insert into faults select {quoted(table.name)}, source_line, fault.c, fault.v, fault.r"
            f" from (select source_line, unnest([{listed}]) as fault from {self.described(table)})"
            " where fault.r is not null"
        )
        if table.person:
            self._find_lost_zeros(table)

    def drop_rejected(self, table: Table) -> int:
        """Takes the rows that have faults out of a table; returns how many there were."""
        dropped = self.rows(
            f"delete from raw.{named(table.name)} where source_line in"
            f" (select source_line from faults where table_name = {quoted(table.name)})"
        )[0][0]
        self.accounts[table.name].rejected += dropped
        return dropped

    def _remove_duplicates(self, table: Table) -> None:
        key = ", ".join(named(name) for name in table.key)
        filled = " and ".join(f"{named(name)} is not null" for name in table.key)
        rows, distinct = self.rows(
            f"select count_if({filled}), count(distinct ({key})) filter (where {filled})"
            f" from raw.{named(table.name)}"
        )[0]
        self._has_repeated_keys = rows != distinct
        if self._has_repeated_keys:
            columns = ", ".join(named(name) for name in table.names)
            self.accounts[table.name].duplicates = self.rows(
                f"delete from raw.{named(table.name)} where source_line in (select source_line"
                f" from raw.{named(table.name)} where {filled}"
                f" qualify row_number() over (partition by {columns} order by source_line) > 1)"
            )[0][0]

    def _reject_conflicts(self, table: Table) -> None:
        """Rows that share a key and differ: the first is kept, unless they differ in who they are."""
        if not self._has_repeated_keys:
            return
        key = ", ".join(named(name) for name in table.key)
        filled = " and ".join(f"{named(name)} is not null" for name in table.key)
        if table.identity:
            identity = named(table.identity)
            self.warn(
                table.name,
                "identity",
                self.insert_faults(
                    table,
                    f"select source_line, {quoted(table.identity)}, {identity},"
                    f" 'one person has more than one {table.identity}'"
                    f" from raw.{named(table.name)} where {filled}"
                    f" qualify min({identity}) over (partition by {key})"
                    f" <> max({identity}) over (partition by {key})",
                ),
                table.key[0],
            )
        self.insert_faults(
            table,
            f"select source_line, {quoted(' '.join(table.key))}, concat_ws(' ', {key}),"
            " 'another row has the same key and says something else'"
            f" from raw.{named(table.name)} where {filled}"
            f" qualify row_number() over (partition by {key} order by source_line) > 1",
        )

    def _reject_natural_copies(self, table: Table) -> None:
        """Rows that say the same as an earlier one under another id (B69)."""
        if not table.natural_key:
            return
        key = ", ".join(named(name) for name in table.natural_key)
        # The first two say whom and when; the others may be blank, as an open end is.
        filled = " and ".join(f"{named(name)} is not null" for name in table.natural_key[:2])
        repeated = self.insert_faults(
            table,
            f"select source_line, {quoted(' '.join(table.natural_key))}, concat_ws(' ', {key}),"
            f" 'an earlier row says the same under another id' from raw.{named(table.name)}"
            f" where {filled} and source_line not in"
            f" (select source_line from faults where table_name = {quoted(table.name)})"
            f" qualify row_number() over (partition by {key} order by source_line) > 1",
        )
        self.warn(table.name, "natural key", repeated)

    def insert_faults(self, table: Table, faults: str) -> int:
        """Adds what a query finds (line, column, value, reason) to a table's faults; returns how many."""
        return self.rows(f"insert into faults select {quoted(table.name)}, * from ({faults})")[0][0]

    def _find_lost_zeros(self, table: Table) -> None:
        self.database.execute(
            f"update faults set reason = {quoted(LOST_ZEROS)} where table_name = {quoted(table.name)}"
            f" and reason = {quoted(ORPHAN)} and value <> ''"
            " and ltrim(value, '0') in (select ltrim(person_id, '0') from people)"
        )

    def _refuse_mixed_zones(self, source: Source) -> None:
        for column in source.table.columns:
            if column.type != "date":
                continue
            name = named(column.name)
            zoned, unzoned = self.rows(
                f"select count_if({values.has_zone(name)}), count_if(not {values.has_zone(name)})"
                f" from raw.{named(source.table.name)} where length({name}) > 10"
            )[0]
            if zoned and unzoned:
                raise refused(
                    f"{source.path.name}: {column.name} holds times with a zone ({zoned:,})"
                    f" and without ({unzoned:,}).",
                    "Export all times of a column with their zone, or all in local time.",
                )

    def refuse_over_limits(self, sources: dict[str, Source]) -> None:
        """Refuses the extract when too large a share of a table is at fault."""
        for name, source in sources.items():
            account = self.accounts[name]
            if not account.rejected:
                continue
            for reason, lines, first in self.rows(
                "select reason, count(distinct source_line), min(source_line) from faults"
                f" where table_name = {quoted(name)} group by reason order by 2 desc, 1"
            ):
                limit, next_step = LIMITS.get(reason, (1.0, ""))
                if lines > limit * account.rows:
                    raise refused(
                        f"{source.path.name}, line {first}: {lines:,} of {account.rows:,} rows"
                        f" ({lines / account.rows:.1%}) have the fault: {reason}.",
                        next_step,
                    )
            if account.rejected > REJECTED_LIMIT * account.rows:
                reason, column, first = self.rows(
                    "select reason, coalesce(column_name, 'the row'), source_line from faults"
                    f" where table_name = {quoted(name)} order by source_line limit 1"
                )[0]
                raise refused(
                    f"{source.path.name}, line {first}: {account.rejected:,} of {account.rows:,} rows"
                    f" ({account.rejected / account.rows:.1%}) cannot be trusted, this one for {column}:"
                    f" {reason}.",
                    "Correct the rows in the case system or the export, and land the folder again.",
                )

    def write(self, folder: Path) -> None:
        """Writes what is accepted, and what is rejected, after proving that every row has one fate."""
        for name, table in self.contract.tables.items():
            account = self.accounts[name]
            kept = self.rows(f"select count(*) from raw.{named(name)}")[0][0]
            if kept + account.rejected + account.duplicates != account.rows:
                raise RuntimeError(f"{name}: {account.rows} rows landed and not all of them accounted for")
            read = values.plainly_typed if name in self.plain else values.typed
            columns = ", ".join(f"{read(column)} as {named(column.name)}" for column in table.columns)
            self._copy(f"select {columns}, source_line from raw.{named(name)}", folder / f"{name}.parquet")
        self._copy(
            'select table_name as "table", source_line, column_name as "column", value, reason from faults'
            " order by all",
            folder / "rejected.parquet",
        )

    def _copy(self, query: str, path: Path) -> None:
        self.database.execute(f"copy ({query}) to {quoted(str(path))} (format parquet, compression zstd)")
