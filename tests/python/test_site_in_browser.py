"""Every page in headless Chromium: axe-core finds nothing, nothing is asked for, it fits screens and paper.

Collected where there is a Chromium and axe-core; conftest.py says so, and fails where CI lacks them.
"""

import pytest
from browser import Browser, faults_seen
from site_release import MATURITY, site_of


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return site_of(tmp_path_factory.mktemp("release"), simulated=True, more=MATURITY)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    started = Browser(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


def test_no_page_has_a_fault_on_a_screen_or_on_paper(browser, site):
    pages = sorted(site.rglob("*.html"))
    found = {page.relative_to(site).as_posix(): faults_seen(browser, page) for page in pages}
    assert len(found) >= 15
    assert {page: faults for page, faults in found.items() if faults} == {}


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
