"""What an expression of a statement is made of: the columns that it names, wherever they come from."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlglot import exp

from runner.lineage.made import Made, Relation, Statement
from runner.lineage.wording import wording


@dataclass
class Scope:
    """What a select can name: tables by alias, earlier parts of the statement, the query around it."""

    tables: dict[str, Relation] = field(default_factory=dict)
    outer: Mapping[str, Relation] = field(default_factory=dict)
    parts: Mapping[str, Relation] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    windows: dict[str, exp.Expression] = field(default_factory=dict)
    aliases: dict[str, Made] = field(default_factory=dict)
    within: str = ""


class ExpressionReader(ABC):
    """Reads expressions; what holds queries within them reads those."""

    def __init__(self) -> None:
        self.statement = Statement()

    @abstractmethod
    def query(
        self, node: exp.Expression, parts: Mapping[str, Relation], outer: Mapping[str, Relation], within: str
    ) -> Relation:
        """The columns of a query; what decides its rows is added to the statement."""

    def made(self, node: exp.Expression, name: str, scope: Scope) -> Made:
        """How an expression is made; a bare column is passed on as it is."""
        if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            found, inexact = self._column(node, scope)
            if len(found) == 1 and not inexact and _names_one(node, scope):
                return _passed_on(found[0], node, name, scope.within)
        parts: dict[int, Made] = {}
        inexact = counts = False
        for column in self._columns(node, scope):
            found, unsure = self._column(column, scope)
            inexact |= unsure
            parts |= {id(part): part for part in found}
        reads: set[str] = set()
        for inner in _nested(node):
            made, read = self._nested_query(inner, scope)
            parts |= {id(part): part for part in made}
            reads |= read
            counts = True
        counts = counts or node.find(exp.AggFunc, exp.Window) is not None
        for part in parts.values():
            reads |= part.reads
            inexact |= part.is_inexact
        return Made(
            expression=wording(node),
            reads=frozenset(reads),
            name=name,
            within=scope.within,
            parts=tuple(part for part in parts.values() if not part.is_column or part.is_renamed),
            is_constant=not counts and all(part.is_constant for part in parts.values()),
            is_inexact=inexact,
        )

    def _columns(self, node: exp.Expression, scope: Scope) -> Iterable[exp.Column]:
        """The columns that an expression names, and those of the windows that it names."""
        for inner in node.dfs(prune=lambda inner: isinstance(inner, exp.Query)):
            if isinstance(inner, exp.Column):
                yield inner
            if isinstance(inner, exp.Window) and inner.alias in scope.windows:
                window = scope.windows[inner.alias]
                yield from (column for column in window.find_all(exp.Column) if column is not inner)

    def _column(self, node: exp.Column, scope: Scope) -> tuple[list[Made], bool]:
        """What a name stands for: one column, or all of a table; and whether that is a guess."""
        table = node.parts[0].name if len(node.parts) > 1 else ""
        for tables in (scope.tables, scope.outer):
            if table in tables:
                if isinstance(node.this, exp.Star):
                    return list(tables[table].values()), False
                name = node.parts[1].name
                return ([tables[table][name]], False) if name in tables[table] else _all(tables)
        # A field of a structured column is written as a column of a table is.
        name = table or node.name
        for tables in (scope.tables, scope.outer):
            found = [relation[name] for relation in tables.values() if name in relation]
            if found:
                return found, False
            if tables is scope.tables and name in scope.aliases:
                return [scope.aliases[name]], False
            if name in tables:
                return list(tables[name].values()), False
        return _all(scope.tables)

    def _nested_query(self, node: exp.Expression, scope: Scope) -> tuple[list[Made], set[str]]:
        """The columns of a query within an expression, and what decides which rows are in it."""
        conditions = self.statement.conditions
        self.statement.conditions = []
        columns = self.query(node, scope.parts, {**scope.outer, **scope.tables}, scope.within)
        reads = {read for condition in self.statement.conditions for read in condition.reads}
        self.statement.conditions = conditions
        return list(columns.values()), reads


def _passed_on(made: Made, node: exp.Column, name: str, within: str) -> Made:
    """A column that is selected as it is; under a new name it is a step of its own."""
    if name in ("", made.name):
        return made
    if made.is_column:
        return replace(made, name=name, within=within)
    return replace(made, expression=wording(node), name=name, within=within, parts=(made,))


def _all(tables: Mapping[str, Relation]) -> tuple[list[Made], bool]:
    """Every column of the tables at hand, where a name could not be told apart."""
    return [made for relation in tables.values() for made in relation.values()], True


def _nested(node: exp.Expression) -> list[exp.Expression]:
    """The queries within an expression, the outermost only."""
    return [
        inner
        for inner in node.dfs(prune=lambda inner: isinstance(inner, exp.Query))
        if isinstance(inner, exp.Query)
    ]


def _names_one(node: exp.Column, scope: Scope) -> bool:
    """Whether a name is a column itself, and no field of one nor a whole table."""
    last = node.parts[-1].name
    table = node.parts[0].name if len(node.parts) > 1 else ""
    if table:
        return len(node.parts) == 2 and (table in scope.tables or table in scope.outer)
    return any(last in relation for relation in (*scope.tables.values(), *scope.outer.values())) or (
        last in scope.aliases
    )
