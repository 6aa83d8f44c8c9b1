"""The pages in headless Chromium: axe-core finds nothing, and nothing is wider than a narrow screen.

Collected where there is a Chromium and `npm install axe-core` was run; conftest.py says so.
"""

import html
import json
import re
import subprocess

import pytest
from browser import AXE, CHROMIUM
from site_release import site_of

PAGES = (
    "index.html",
    "scorecard.html",
    "measures.html",
    "measures/icpcs_within_15_days.html",
    "measures/s47_enquiries.html",
    "definitions.html",
    "quality.html",
    "revisions.html",
    "downloads.html",
    "accessibility.html",
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--allow-file-access-from-files",
    "--window-size=1280,900",
    "--virtual-time-budget=30000",
    "--dump-dom",
)
FRAMES = """<!doctype html><body><script>
const measure = async (width) => {
  const frame = document.createElement("iframe");
  frame.style.width = width + "px";
  frame.src = "PAGE";
  document.body.appendChild(frame);
  await new Promise((done) => { frame.onload = done; });
  const inside = frame.contentWindow;
  const found = await inside.axe.run(inside.document, { resultTypes: ["violations"] });
  const asked = inside.performance.getEntriesByType("resource").map((entry) => entry.name);
  return {
    width,
    wide: inside.document.documentElement.scrollWidth,
    faults: found.violations.map((fault) => fault.id + ": " + fault.nodes[0].html),
    outside: asked.filter((name) => !name.startsWith("file:")),
  };
};
addEventListener("load", async () => {
  const found = [await measure(1280), await measure(360)];
  const answer = document.createElement("pre");
  answer.id = "answer";
  answer.textContent = JSON.stringify(found);
  document.body.appendChild(answer);
});
</script></body>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return site_of(tmp_path_factory.mktemp("release"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_fault_and_fits_a_narrow_screen(site, tmp_path, page):
    path = site / page
    looked_at = path.with_name(f"axe-{path.name}")
    script = f"<script>{AXE.read_text(encoding='utf-8')}</script></head>"
    looked_at.write_text(path.read_text(encoding="utf-8").replace("</head>", script), encoding="utf-8")
    frames = tmp_path / "frames.html"
    frames.write_text(FRAMES.replace("PAGE", looked_at.as_uri()), encoding="utf-8")
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", frames.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
    )
    looked_at.unlink()
    answer = re.search(r'<pre id="answer">(.*?)</pre>', done.stdout, re.DOTALL)
    assert answer, done.stderr[-1000:]
    for found in json.loads(html.unescape(answer[1])):
        assert found["faults"] == []
        assert found["outside"] == []
        assert found["wide"] <= found["width"]
