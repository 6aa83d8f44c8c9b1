"""The pages of a release's lineage: sound, whole, and linked both ways."""

import html
import json
import re

import pytest
from pages import faults_of, read_pages
from site_release import site_of

from runner.lineage.lineage import MARTS
from runner.lineage.pages import LAYERS
from runner.lineage.project import as_json, read_tables
from runner.lineage.read import FILE

HEAVY = 200_000
"""Bytes: no page of one table is to be larger."""


@pytest.fixture(scope="module")
def tables(example):
    """The project's tables, as told from the example's build."""
    return read_tables(json.loads((example / "manifest.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def site(tmp_path_factory, tables):
    """The pages of a release that holds the project's lineage."""
    folder = tmp_path_factory.mktemp("release")
    (folder / FILE).write_text(as_json(tables), encoding="utf-8")
    return site_of(folder)


def text_of(site, page: str) -> str:
    """What a page holds, as it is written."""
    return (site / "lineage" / page).read_text(encoding="utf-8")


def test_the_pages_are_sound(site):
    assert faults_of(site) == []


def test_every_table_of_the_project_has_a_page_that_the_index_leads_to(site, tables):
    expected = {f"{name}.html" for name, table in tables.items() if table["layer"] in LAYERS}
    pages = {path.name for path in (site / "lineage").glob("*.html")}
    assert pages == expected | {"index.html", "sources.html"}
    links = set(read_pages(site)["lineage/index.html"].links)
    assert expected <= links
    assert {"sources.html", "lineage.json"} <= links


def test_the_page_of_a_table_is_light(site):
    pages = [path for path in (site / "lineage").glob("*.html") if path.name != "sources.html"]
    sizes = {path.name: path.stat().st_size for path in pages}
    assert {name: size for name, size in sizes.items() if size > HEAVY} == {}


def test_a_column_is_told_with_what_makes_it_and_where_it_ends(site):
    page = text_of(site, "fct_icpcs_within_15_days.html")
    outcome = page[page.index('<h3 id="outcome"') : page.index('<h3 id="reason"')]
    assert "when conferences.working_days_from_s47 &lt;= 15" in outcome
    assert '<a href="int_conferences.html#working_days_from_s47">' in outcome
    assert (
        '<a href="sources.html#bank_holidays"><code>bank_holidays</code></a>: <code>holiday_on</code>'
        in outcome
    )
    assert '<a href="measure_rows.html#outcome">' in outcome
    weight = page[page.index('<h3 id="weight"') : page.index('<h3 id="amount"')]
    assert "<dt>Constant</dt><dd><code>cast(1 as double)</code></dd>" in weight


def test_a_page_shows_what_decides_the_rows_and_the_sql_that_ran(site, tables):
    page = text_of(site, "measure_results.html")
    assert "<pre>where dimension = &#39;all&#39;</pre>" in page
    assert html.escape(tables["measure_results"]["sql"], quote=False).replace("'", "&#39;") in page
    assert "/*" not in page


def test_a_stack_of_facts_does_not_fill_the_page(site):
    page = text_of(site, "measure_rows.html")
    assert "and 69 more" in page


def test_a_measure_and_its_fact_lead_to_each_other(site):
    assert (
        "../lineage/fct_icpcs_within_15_days.html"
        in (site / "measures/icpcs_within_15_days.html").read_text()
    )
    assert '<a href="../measures/icpcs_within_15_days.html">' in text_of(
        site, "fct_icpcs_within_15_days.html"
    )
    assert "../measures/" not in text_of(site, "fct_contacts.html")


def test_the_source_page_says_what_each_column_can_change(site):
    page = text_of(site, "sources.html")
    table = page[page.index('<h2 id="ssd_contacts"') :]
    row = re.search(r"<tr><th scope=\"row\"><code>cont_contact_date</code>.*", table)[0]
    assert '<a href="stg_ssd__contacts.html#contacted_on">' in row
    assert '<a href="fct_recontacts.html">' in row
    population = page[page.index('<h2 id="child_population"') :]
    assert "73 measures" in re.search(r"<code>children</code>.*", population)[0]


def test_the_data_says_what_each_published_column_comes_from(site, tables):
    told = json.loads(text_of(site, "lineage.json"))["tables"]
    assert set(told) == set(tables)
    for name, table in told.items():
        if table["layer"] == MARTS:
            assert all(column["sources"] for column in table["columns"].values()), name
    assert "ssd_contacts.cont_contact_date" in told["fct_contacts"]["row_sources"]


def test_without_lineage_no_page_speaks_of_it(tmp_path):
    site = site_of(tmp_path)
    assert not (site / "lineage").exists()
    assert not any("lineage/" in link for page in read_pages(site).values() for link in page.links)
