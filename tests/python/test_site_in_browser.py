"""Every page in headless Chromium: axe-core finds nothing, nothing is asked for, it fits screens and paper.

Collected where there is a Chromium and axe-core; conftest.py says so, and fails where CI lacks them.
"""

import json

import pytest
from browser import FIRST_SHEET, PORTRAIT, Browser, faults_seen
from site_release import MATURITY, site_of

from runner.lineage.project import as_json, read_tables
from runner.lineage.read import FILE
from runner.readers.release import Built
from runner.report.make import make_report
from runner.site.make import made_of


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages of a release, and the board's report beside them."""
    folder = tmp_path_factory.mktemp("release")
    site = site_of(folder, simulated=True, more=MATURITY)
    built = Built("2024-06-r1", folder / "marts.duckdb")
    make_report(built, made_of(built), None, folder / "report")
    return site


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    started = Browser(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


def test_no_page_has_a_fault_on_a_screen_or_on_paper(browser, site):
    pages = [*sorted(site.rglob("*.html")), site.parent / "report" / "board-report.html"]
    found = {page.relative_to(site.parent).as_posix(): faults_seen(browser, page) for page in pages}
    assert len(found) >= 16
    assert {page: faults for page, faults in found.items() if faults} == {}


def test_a_figure_and_its_chart_print_on_one_sheet(browser, site):
    """The figure is on the first sheet whatever follows; the chart follows it there."""
    browser.open(site / "measures" / "icpcs_within_15_days.html")
    browser.show(PORTRAIT, media="print")
    foot = browser.evaluate("document.querySelector('.headline figure').getBoundingClientRect().bottom")
    assert 0 < foot < FIRST_SHEET


def test_no_page_of_the_lineage_has_a_fault(browser, example, tmp_path):
    """One of each kind, in the lineage of one fact and all that it is made of."""
    tables = read_tables(json.loads((example / "manifest.json").read_text(encoding="utf-8")))
    wanted = ["fct_icpcs_within_15_days"]
    for name in wanted:
        wanted += [read for read in tables[name]["reads"] if read not in wanted]
    (tmp_path / FILE).write_text(as_json({name: tables[name] for name in wanted}), encoding="utf-8")
    folder = site_of(tmp_path) / "lineage"
    for page in ("index", "sources", "fct_icpcs_within_15_days", "int_conferences"):
        assert faults_seen(browser, folder / f"{page}.html") == [], page


BROKEN = {
    "http://127.0.0.1": '<p><img alt="" src="http://127.0.0.1:9/x.png"></p>',
    "color-contrast at 1280": '<div class="masthead"><a href="index.html">hardly to be read</a></div>',
    "wide on a screen of 360": f'<p class="together">{"wide " * 40}</p>',
    "wide on paper": f'<p class="together">{"wide " * 60}</p>',
    "is cut on paper": '<figure class="together"><code>' + "wide" * 90 + "</code></figure>",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_fault_that_only_a_browser_sees_is_found(browser, site, fault):
    broken = site / "broken.html"
    text = (site / "downloads.html").read_text(encoding="utf-8")
    broken.write_text(text.replace("</main>", f"{BROKEN[fault]}</main>"), encoding="utf-8")
    assert any(fault in found for found in faults_seen(browser, broken))
    broken.unlink()


def test_a_page_that_may_not_use_its_style_sheet_is_found(browser, site):
    broken = site / "broken.html"
    text = (site / "downloads.html").read_text(encoding="utf-8")
    broken.write_text(text.replace("style-src 'self' file:", "style-src 'none'"), encoding="utf-8")
    assert "has lost its style sheet" in faults_seen(browser, broken)
    broken.unlink()
