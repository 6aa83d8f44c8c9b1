"""What each column of one SQL statement is made of, and what decides which rows are in it.

The statement is read as DuckDB runs it, by a walk over its syntax tree: common table
expressions and subqueries first, then the tables that are joined, then the columns that
are selected. Each column is worked out once, with everything that it rests on.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlglot
from sqlglot import exp

from runner.lineage.expressions import ExpressionReader, Scope
from runner.lineage.made import Condition, Made, Relation, Statement, either, of_table
from runner.lineage.wording import wording


def read_statement(sql: str, columns_of: Callable[[str], Iterable[str]]) -> Statement:
    """Reads a statement.

    Args:
        sql: One select in DuckDB's dialect.
        columns_of: Gives the columns of a table that is not defined in the statement, by its name.

    Raises:
        KeyError: As `columns_of` raises it, for a table that is not known.
    """
    reader = _Reader(columns_of)
    tree = sqlglot.parse_one(sql, read="duckdb")
    for name in tree.find_all(exp.Identifier):
        name.set("this", name.this.lower())
    reader.statement.columns = dict(reader.query(tree, {}, {}, ""))
    return reader.statement


class _Reader(ExpressionReader):
    def __init__(self, columns_of: Callable[[str], Iterable[str]]) -> None:
        super().__init__()
        self.columns_of = columns_of

    def query(
        self, node: exp.Expression, parts: Mapping[str, Relation], outer: Mapping[str, Relation], within: str
    ) -> Relation:
        """The columns of a query: a select, a union, or either in brackets."""
        known = dict(parts)
        for part in node.args["with_"].expressions if node.args.get("with_") else ():
            known[part.alias] = self._renamed(self.query(part.this, known, outer, part.alias), part)
        if isinstance(node, exp.Subquery):
            return self.query(node.this, known, outer, within)
        if isinstance(node, exp.SetOperation):
            return self._union(node, known, outer, within)
        if isinstance(node, exp.Pivot):
            return self._unpivot(node, Scope(parts=known, within=within))
        if isinstance(node, exp.Values):
            return self._values(node, Scope(parts=known, outer=outer, within=within))
        return self._select(node, Scope(parts=known, outer=outer, within=within))

    def _union(
        self,
        node: exp.SetOperation,
        parts: Mapping[str, Relation],
        outer: Mapping[str, Relation],
        within: str,
    ) -> Relation:
        queries, rest = [], node
        while isinstance(rest, exp.SetOperation):
            queries.append(rest.expression)
            rest = rest.this
        branches = [self.query(query, parts, outer, within) for query in (rest, *reversed(queries))]
        if node.args.get("by_name"):
            names = dict.fromkeys(name for branch in branches for name in branch)
            made = {name: [branch[name] for branch in branches if name in branch] for name in names}
        else:
            made = dict(
                zip(branches[0], zip(*(branch.values() for branch in branches), strict=True), strict=True)
            )
        if node.args.get("distinct") or not isinstance(node, exp.Union):
            text = "union" if isinstance(node, exp.Union) else type(node).__name__.lower()
            every = [column for columns in made.values() for column in columns]
            self._add("distinct", within, f"{text}: rows that are the same count once", every)
        return {name: either(name, within, list(columns)) for name, columns in made.items()}

    def _select(self, node: exp.Expression, scope: Scope) -> Relation:
        if node.args.get("from_"):
            self._add_table(node.args["from_"].this, scope, "from")
        for join in node.args.get("joins") or ():
            self._add_join(join, scope)
        for window in node.args.get("windows") or ():
            scope.windows[window.this.name] = window
        if node.args.get("where"):
            self._condition("where", node.args["where"].this, scope)
        columns: dict[str, Made] = {}
        for projection in node.expressions:
            for name, made in self._projected(projection, scope):
                columns[_unused(name, columns)] = scope.aliases[name] = made
        self._add_grouping(node, scope, columns)
        for kind in ("having", "qualify"):
            if node.args.get(kind):
                self._condition(kind, node.args[kind].this, scope)
        if node.args.get("distinct"):
            chosen = node.args["distinct"].args.get("on")
            made = [self.made(chosen, "", scope)] if chosen else list(columns.values())
            self._add("distinct", scope.within, wording(chosen) if chosen else "distinct", made)
        if node.args.get("limit"):
            text = " ".join(wording(node.args[part]) for part in ("order", "limit") if node.args.get(part))
            ordered = [self.made(node.args["order"], "", scope)] if node.args.get("order") else []
            self._add("limit", scope.within, text, ordered)
        return columns

    def _add_grouping(self, node: exp.Expression, scope: Scope, columns: Relation) -> None:
        group = node.args.get("group")
        if not group:
            return
        if group.args.get("all"):
            plain = [
                self.made(_unaliased(projection), "", scope)
                for projection in node.expressions
                if not projection.find(exp.AggFunc)
            ]
            self._add("group by", scope.within, "group by all", plain)
            return
        numbered = [
            list(columns.values())[int(part.this) - 1]
            for part in group.expressions
            if isinstance(part, exp.Literal) and not part.is_string
        ]
        self._add("group by", scope.within, wording(group).strip(), [self.made(group, "", scope), *numbered])

    def _add_join(self, join: exp.Join, scope: Scope) -> None:
        words = [join.args.get(part) for part in ("method", "side", "kind")]
        before = list(scope.tables)
        kind = " ".join([*(word.lower() for word in words if word), "join"])
        alias = self._add_table(join.this, scope, kind, on=join)
        for column in join.args.get("using") or ():
            scope.shared.add(column.name)
        if join.args.get("kind") in ("SEMI", "ANTI"):
            # The rows that are looked for decide, but none of their columns can be selected.
            scope.tables = {name: scope.tables[name] for name in before if name != alias}

    def _add_table(self, node: exp.Expression, scope: Scope, kind: str, on: exp.Join | None = None) -> str:
        """Adds a table to what a select can name, and the condition by which it is joined."""
        relation, alias, text = self._table(node, scope)
        scope.tables[alias] = self._renamed(relation, node)
        made = []
        if on is not None and on.args.get("on"):
            text += f" on {wording(on.args['on'])}"
            made = [self.made(on.args["on"], "", scope)]
        if on is not None and on.args.get("using"):
            names = [column.name for column in on.args["using"]]
            text += f" using ({', '.join(names)})"
            made = [table[name] for table in scope.tables.values() for name in names if name in table]
        self._add("from" if on is None else "join", scope.within, f"{kind} {text}", made)
        return alias

    def _table(self, node: exp.Expression, scope: Scope) -> tuple[Relation, str, str]:
        """What stands after `from` or `join`: its columns, its alias, and how it is told."""
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            name = node.name
            alias = node.alias or name
            text = name if alias == name else f"{name} as {alias}"
            if name in scope.parts and not node.args.get("db"):
                return scope.parts[name], alias, text
            self.statement.tables[name] = None
            return {column: of_table(name, column) for column in self.columns_of(name)}, alias, text
        if isinstance(node, exp.Subquery):
            alias = node.alias or scope.within
            return self.query(node, scope.parts, scope.outer, alias), alias, f"the rows of {alias}"
        if isinstance(node, exp.Values):
            return self._values(node, scope), node.alias, f"listed values as {node.alias}"
        # A table function, or unnest: its columns are made of all that it is given.
        alias, called = node.args.get("alias"), node.alias
        given = node.copy()
        given.set("alias", None)
        made = self.made(given, called, scope)
        text = f"{made.expression} as {called}" if called else made.expression
        names = [column.name for column in alias.columns] if alias else []
        return {name: replace(made, name=name) for name in names or [called]}, called, text

    def _values(self, node: exp.Values, scope: Scope) -> Relation:
        width = len(node.expressions[0].expressions)
        named = node.args["alias"].columns if node.args.get("alias") else []
        names = [column.name for column in named] or [f"col{place}" for place in range(width)]
        return {
            name: either(
                name,
                scope.within,
                [self.made(row.expressions[place], name, scope) for row in node.expressions],
            )
            for place, name in enumerate(names)
        }

    def _unpivot(self, node: exp.Pivot, scope: Scope) -> Relation:
        """Columns turned into rows: their names in one column, their values in another."""
        relation, alias, text = self._table(node.this, scope)
        scope.tables[alias] = relation
        turned = [name for part in node.expressions for name, _ in self._projected(part, scope)]
        into = node.args["into"]
        self._add("unnest", scope.within, f"a row for each column of {text}", [])
        kept = {name: made for name, made in relation.items() if name not in turned}
        listed = f"{turned[0]}, ... {turned[-1]}" if len(turned) > 2 else ", ".join(turned)
        names = [into.this.name, *(column.name for column in into.expressions)]
        words = ["the name", *("the value" for _ in into.expressions)]
        reads = frozenset().union(*(relation[name].reads for name in turned))
        return kept | {
            name: Made(f"{word} of the column, of {listed}", reads, name, scope.within)
            for name, word in zip(names, words, strict=True)
        }

    def _renamed(self, relation: Relation, node: exp.Expression) -> Relation:
        """A relation whose columns are named anew by its alias, as in `as months(month)`."""
        alias = node.args.get("alias")
        names = [column.name for column in alias.columns] if alias else []
        if not names or isinstance(node, exp.Values):
            return relation
        names += list(relation)[len(names) :]
        columns = zip(names, relation.values(), strict=True)
        return {name: replace(made, name=name) for name, made in columns}

    def _projected(self, node: exp.Expression, scope: Scope) -> Iterable[tuple[str, Made]]:
        """What one item of a select list comes to: a column, or all that a star stands for."""
        star, table = _star(node)
        if star is None:
            name = node.alias_or_name or wording(node)
            expression = _unaliased(node)
            if expression.find(exp.Explode, exp.Unnest):
                self._condition("unnest", expression, scope)
            yield name, self.made(expression, name, scope)
            return
        left_out = {column.name for column in star.args.get("except_") or ()}
        replaced = {alias.alias: alias.this for alias in star.args.get("replace") or ()}
        renamed = {alias.this.name: alias.alias for alias in star.args.get("rename") or ()}
        seen = set()
        for alias, relation in scope.tables.items():
            for name, made in relation.items():
                if (table and alias != table) or name in left_out or (name in seen and name in scope.shared):
                    continue
                seen.add(name)
                yield (
                    renamed.get(name, name),
                    (self.made(replaced[name], name, scope) if name in replaced else made),
                )

    def _condition(self, kind: str, node: exp.Expression, scope: Scope) -> None:
        self._add(kind, scope.within, wording(node), [self.made(node, "", scope)])

    def _add(self, kind: str, within: str, text: str, made: list[Made]) -> None:
        reads = frozenset().union(*(column.reads for column in made))
        inexact = any(column.is_inexact for column in made)
        self.statement.conditions.append(Condition(kind, within, text, reads, inexact))


def _star(node: exp.Expression) -> tuple[exp.Star | None, str]:
    """The star of a select list, and the table whose columns it stands for."""
    inner: Any = node.this if isinstance(node, exp.Columns) else node
    if isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star):
        return inner.this, inner.table
    return (inner, "") if isinstance(inner, exp.Star) else (None, "")


def _unaliased(node: exp.Expression) -> exp.Expression:
    return node.this if isinstance(node, exp.Alias) else node


def _unused(name: str, columns: Relation) -> str:
    """A name for a column, numbered where there is one of that name already, as DuckDB does."""
    names = [name, *(f"{name}_{number}" for number in range(1, len(columns) + 1))]
    return next(name for name in names if name not in columns)
