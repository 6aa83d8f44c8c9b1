"""The lineage of one statement: small pieces of SQL, their columns and conditions told by hand."""

import pytest

from runner.lineage.project import read_tables
from runner.lineage.statement import read_statement
from runner.lineage.wording import readable

TABLES = {
    "visits": ["visit_id", "child_id", "visited_on", "is_seen"],
    "children": ["child_id", "born_on", "tags"],
    "wide": ["area", "y2022", "y2023"],
    "days": ["day", "holiday"],
}


def read(sql):
    return read_statement(sql, TABLES.__getitem__)


def made(sql):
    """Each column's reads, as a sorted list."""
    return {name: sorted(column.reads) for name, column in read(sql).columns.items()}


COLUMNS = {
    "a column under a new name": (
        "select visit_id as id from visits",
        {"id": ["visits.visit_id"]},
    ),
    "a join, each column from its own table": (
        "select v.visited_on - c.born_on as age from visits v"
        " left join children c on v.child_id = c.child_id",
        {"age": ["children.born_on", "visits.visited_on"]},
    ),
    "a column without its table's name": (
        "select born_on, visit_id from visits v join children c using (child_id)",
        {"born_on": ["children.born_on"], "visit_id": ["visits.visit_id"]},
    ),
    "the column that two tables are joined by": (
        "select child_id from visits join children using (child_id)",
        {"child_id": ["children.child_id", "visits.child_id"]},
    ),
    "a union, by place": (
        "select visit_id as id, 'v' as kind from visits union all select child_id, 'c' from children",
        {"id": ["children.child_id", "visits.visit_id"], "kind": []},
    ),
    "a union, by name": (
        "select visit_id as a, child_id as b from visits union all by name"
        " select born_on as b, child_id as c from children",
        {"a": ["visits.visit_id"], "b": ["children.born_on", "visits.child_id"], "c": ["children.child_id"]},
    ),
    "a window": (
        "select lag(visited_on) over (partition by child_id order by visit_id) as before from visits",
        {"before": ["visits.child_id", "visits.visit_id", "visits.visited_on"]},
    ),
    "a window that is named": (
        "select sum(visit_id) over (w rows between 1 preceding and current row) as near from visits"
        " window w as (partition by child_id order by visited_on)",
        {"near": ["visits.child_id", "visits.visit_id", "visits.visited_on"]},
    ),
    "a case": (
        "select case when is_seen = 'Y' then visited_on end as seen_on from visits",
        {"seen_on": ["visits.is_seen", "visits.visited_on"]},
    ),
    "parts within parts": (
        "with seen as (with all_of as (select * from visits) select child_id, visited_on as day from all_of),"
        " last as (select child_id, max(day) as last_on from seen group by child_id)"
        " select last.last_on + 1 as next_on from last",
        {"next_on": ["visits.visited_on"]},
    ),
    "a part whose columns are named by it": (
        "with pairs (a, b) as (select visit_id, child_id from visits) select b from pairs",
        {"b": ["visits.child_id"]},
    ),
    "an unnest in the select": (
        "select unnest(tags) as tag from children",
        {"tag": ["children.tags"]},
    ),
    "an unnest in the from": (
        "select c.child_id, t.tag from children c, unnest(c.tags) as t(tag)",
        {"child_id": ["children.child_id"], "tag": ["children.tags"]},
    ),
    "a series of months": (
        "select cast(month as date) as m from"
        " (select unnest(generate_series(born_on, born_on + 60, interval 1 month)) as month from children)"
        " as months",
        {"m": ["children.born_on"]},
    ),
    "a star without some columns": (
        "select * exclude (visited_on, is_seen) from visits",
        {"visit_id": ["visits.visit_id"], "child_id": ["visits.child_id"]},
    ),
    "a star with one column replaced": (
        "select v.* replace (upper(is_seen) as is_seen) from visits v join children c on true",
        {
            "visit_id": ["visits.visit_id"],
            "child_id": ["visits.child_id"],
            "visited_on": ["visits.visited_on"],
            "is_seen": ["visits.is_seen"],
        },
    ),
    "columns as a function": (
        "select columns(* exclude (visit_id, child_id)) from visits",
        {"visited_on": ["visits.visited_on"], "is_seen": ["visits.is_seen"]},
    ),
    "columns turned into rows": (
        "select * from (unpivot wide on columns(* exclude (area)) into name year value figure) as long",
        {
            "area": ["wide.area"],
            "year": ["wide.y2022", "wide.y2023"],
            "figure": ["wide.y2022", "wide.y2023"],
        },
    ),
    "an alias used again in the same select": (
        "select visited_on + 1 as next_on, next_on + 1 as later_on from visits",
        {"next_on": ["visits.visited_on"], "later_on": ["visits.visited_on"]},
    ),
    "a list function's own name is no column": (
        "select list_filter([is_seen], lambda name: name is not null and visit_id > 0) as l from visits",
        {"l": ["visits.is_seen", "visits.visit_id"]},
    ),
    "a field of a structure": (
        "with s as (select {'day': visited_on, 'who': child_id} as f from visits) select f.who as who from s",
        {"who": ["visits.child_id", "visits.visited_on"]},
    ),
    "a query within an expression, with what it filters by": (
        "select exists (select 1 from visits v where v.child_id = c.child_id and v.is_seen = 'Y') as seen"
        " from children c",
        {"seen": ["children.child_id", "visits.child_id", "visits.is_seen"]},
    ),
    "a count of the rows of a table": (
        "select count(v) as n from visits v",
        {"n": ["visits.child_id", "visits.is_seen", "visits.visit_id", "visits.visited_on"]},
    ),
    "an as-of join": (
        "select d.holiday from visits v asof left join days d on v.visited_on >= d.day",
        {"holiday": ["days.holiday"]},
    ),
    "a join that only looks gives no columns": (
        "select * exclude (visited_on, is_seen) from visits semi join children on visits.child_id = born_on",
        {"visit_id": ["visits.visit_id"], "child_id": ["visits.child_id"]},
    ),
    "listed values": (
        "select kinds.kind, visits.visit_id from visits, (values ('a', 1), ('b', 2)) as kinds (kind, n)",
        {"kind": [], "visit_id": ["visits.visit_id"]},
    ),
    "JSON and a filter of an aggregate": (
        "select max(json_extract_string(is_seen, '$.K')) filter (where visit_id > 1) as k from visits",
        {"k": ["visits.is_seen", "visits.visit_id"]},
    ),
    "names in any case": ("select V.VISIT_ID as Id from Visits V", {"id": ["visits.visit_id"]}),
    "two columns without a name": (
        "select null, null from visits union all select visit_id, child_id from visits",
        {"NULL": ["visits.visit_id"], "NULL_1": ["visits.child_id"]},
    ),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_the_columns_of(case):
    sql, expected = COLUMNS[case]
    assert made(sql) == expected
    assert not any(column.is_inexact for column in read(sql).columns.values())


CONDITIONS = {
    "a filter": (
        "select visit_id from visits where is_seen = 'Y'",
        [("from", []), ("where", ["visits.is_seen"])],
    ),
    "a join": (
        "select visit_id from visits v join children c on v.child_id = c.child_id",
        [("from", []), ("join", ["children.child_id", "visits.child_id"])],
    ),
    "a join that only looks": (
        "select visit_id from visits anti join children using (child_id)",
        [("from", []), ("join", ["children.child_id", "visits.child_id"])],
    ),
    "groups and what is kept of them": (
        "select child_id from visits group by child_id having max(visited_on) > date '2024-01-01'",
        [("from", []), ("group by", ["visits.child_id"]), ("having", ["visits.visited_on"])],
    ),
    "all groups": (
        "select child_id, max(visit_id) as m from visits group by all",
        [("from", []), ("group by", ["visits.child_id"])],
    ),
    "a group by its place": (
        "select child_id, max(visit_id) as m from visits group by 1",
        [("from", []), ("group by", ["visits.child_id"])],
    ),
    "groups of several kinds, by the names of the select": (
        "select is_seen = 'Y' as seen, child_id from visits group by grouping sets ((seen), (child_id))",
        [("from", []), ("group by", ["visits.child_id", "visits.is_seen"])],
    ),
    "a qualify": (
        "select visit_id from visits"
        " qualify row_number() over (partition by child_id order by visited_on) = 1",
        [("from", []), ("qualify", ["visits.child_id", "visits.visited_on"])],
    ),
    "different rows only": (
        "select distinct child_id from visits",
        [("from", []), ("distinct", ["visits.child_id"])],
    ),
    "rows of a union that are the same": (
        "select child_id from visits union select child_id from children",
        [("from", []), ("from", []), ("distinct", ["children.child_id", "visits.child_id"])],
    ),
    "the first rows": (
        "select visit_id from visits order by visited_on limit 3",
        [("from", []), ("limit", ["visits.visited_on"])],
    ),
    "an unnest": (
        "select unnest(tags) as tag from children",
        [("from", []), ("unnest", ["children.tags"])],
    ),
    "a filter of a part, told of the source's column": (
        "with v as (select visited_on as day from visits) select day from v where day > date '2024-01-01'",
        [("from", []), ("from", []), ("where", ["visits.visited_on"])],
    ),
}


@pytest.mark.parametrize("case", CONDITIONS)
def test_the_rows_are_decided_by(case):
    sql, expected = CONDITIONS[case]
    assert [(each.kind, sorted(each.reads)) for each in read(sql).conditions] == expected


def test_a_constant_is_told_from_what_depends_on_the_rows():
    columns = read(
        "select 'x' as x, cast(null as date) as d, count(*) as n, 1 + 1 as two from visits"
    ).columns
    assert [name for name, column in columns.items() if column.is_constant] == ["x", "d", "two"]
    of_two = read("select 'x' as x, 'v' as k from visits union all select 'x', 'c' from children").columns
    assert [name for name, column in of_two.items() if column.is_constant] == ["x"]


def test_an_expression_is_told_with_the_parts_it_rests_on():
    column = read(
        "with named as (select visited_on as day, child_id from visits),"
        " counted as (select child_id, count(day) as visits from named group by child_id)"
        " select visits * 2 as twice from counted"
    ).columns["twice"]
    assert column.expression == "visits * 2"
    assert [(step.within, step.name, step.expression) for step in column.steps()] == [
        ("counted", "visits", "count(day)"),
        ("named", "day", "visits.visited_on"),
    ]


def test_what_cannot_be_told_apart_is_all_there_is_and_says_so():
    statement = read("select unheard_of + 1 as x from visits")
    assert sorted(statement.columns["x"].reads) == [f"visits.{name}" for name in sorted(TABLES["visits"])]
    assert statement.columns["x"].is_inexact


def test_sql_is_told_without_catalogues_and_as_people_write_it():
    sql = 'select "release"."marts"."x".a from "release"."marts"."x"\n\n  \nwhere true'
    assert readable(sql) == "select x.a from x\nwhere true"
    column = read(
        "select case when is_seen is not null then date_trunc('month', visited_on) else 'It''s NULL' end as x"
        " from visits"
    ).columns["x"]
    assert column.expression == (
        "case when is_seen is not null then date_trunc('month', visited_on) else 'It''s NULL' end"
    )


def test_a_model_that_cannot_be_read_is_made_of_all_that_it_reads():
    def model(name, sql, columns, reads):
        return {
            "name": name,
            "resource_type": "model",
            "schema": "marts",
            "description": "",
            "original_file_path": f"models/{name}.sql",
            "columns": {column: {"description": ""} for column in columns},
            "depends_on": {"nodes": [f"model.project.{read}" for read in reads]},
            "compiled_code": sql,
        }

    models = [
        model("visits", "select 1 as visit_id, 2 as child_id", ["visit_id", "child_id"], []),
        model("broken", "select from where (", ["n"], ["visits"]),
        model("onward", "select n + 1 as m from broken", ["m"], ["broken"]),
    ]
    tables = read_tables({"nodes": {each["name"]: each for each in models}, "sources": {}})
    assert tables["broken"]["columns"]["n"]["made_of"] == ["visits.child_id", "visits.visit_id"]
    assert tables["broken"]["columns"]["n"]["is_inexact"]
    assert tables["onward"]["columns"]["m"]["made_of"] == ["broken.n"]
