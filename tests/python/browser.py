"""A headless Chromium, driven over its debugging pipe, and what it finds wrong with a page."""

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from runner.home import PROJECT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
IS_THERE = bool(CHROMIUM) and AXE.is_file()
MISSING = "no Chromium, or no axe-core (`npm install --no-save --prefix . axe-core@4.14.1`)"

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-pipe",
)
WIDE, NARROW = (1280, 900), (360, 740)
A4 = (595, 842)
"""Points; the pages print upright, the scorecard across."""
PORTRAIT, LANDSCAPE = 688, 1032
"""What is left of A4 between the margins, in CSS pixels."""
FIRST_SHEET = 1016
"""How far down an upright sheet goes, in CSS pixels."""

AXE_RUN = "axe.run(document, {resultTypes: ['violations'], preload: false})"
NEEDED = "document.documentElement.scrollWidth"
CUT = """
    [...document.querySelectorAll("body *")]
        .filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > innerWidth + 1)
        .map((part) => part.outerHTML.slice(0, 120))
"""


class Browser:
    """One browser and one of its pages; close it when done.

    Attributes:
        asked: Every address that was asked for since the page was opened.
        complaints: What the console said, such as a style that the page's policy refused.
    """

    def __init__(self, profile: Path) -> None:
        to_browser, self._to = os.pipe()
        self._from, from_browser = os.pipe()
        pipes = f"3<&{to_browser} 4>&{from_browser}"
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" {pipes}', CHROMIUM, *FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(to_browser, from_browser),
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._number, self._unread, self._session = 0, b"", None
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._loaded = False
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """Ends the browser."""
        self._process.terminate()
        self._process.wait(timeout=30)
        os.close(self._to)
        os.close(self._from)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Calls a method of the debugging protocol and answers with its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, page: Path) -> None:
        """Opens a page and waits until all of it is there."""
        self.asked, self.complaints, self._loaded = [], [], False
        self.call("Page.navigate", url=page.as_uri())
        while not self._loaded:
            self._read()

    def evaluate(self, script: str) -> Any:
        """The value of a script in the page."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def show(self, width: int, height: int = 900, media: str = "screen") -> None:
        """Shows the page on a screen, or on paper, of a size."""
        self.call("Emulation.setEmulatedMedia", media=media)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def sheets(self) -> set[tuple[int, int]]:
        """The sizes of the sheets that the page prints on, in points."""
        printed = base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])
        found = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", printed)
        return {(round(float(width)), round(float(height))) for width, height in found}

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            more = os.read(self._from, 1 << 20)
            assert more, "the browser ended"
            self._unread += more
        text, self._unread = self._unread.split(b"\0", 1)
        message = json.loads(text)
        said = message.get("params", {})
        if message.get("method") == "Network.requestWillBeSent":
            self.asked.append(said["request"]["url"])
        elif message.get("method") == "Log.entryAdded":
            self.complaints.append(said["entry"]["text"])
        elif message.get("method") == "Page.loadEventFired":
            self._loaded = True
        return message


def faults_seen(browser: Browser, page: Path) -> list[str]:
    """What is wrong with a page as a browser shows it: on two screens, and on paper.

    Args:
        browser: An open browser.
        page: The page's file.
    """
    browser.show(*WIDE)
    browser.open(page)
    faults = [f"asks for {address}" for address in browser.asked if not address.startswith("file:")]
    faults += [f"says {complaint}" for complaint in browser.complaints]
    if not browser.evaluate("getComputedStyle(document.body).fontFamily").startswith("Arial"):
        faults.append("has lost its style sheet")
    browser.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    for width, height in (WIDE, NARROW):
        browser.show(width, height)
        found = browser.evaluate(AXE_RUN)["violations"]
        faults += [f"{fault['id']} at {width}: {fault['nodes'][0]['html'][:200]}" for fault in found]
        needed = browser.evaluate(NEEDED)
        if needed > width:
            faults.append(f"is {needed} wide on a screen of {width}")
    is_across = page.name == "scorecard.html"
    paper = LANDSCAPE if is_across else PORTRAIT
    browser.show(paper, media="print")
    faults += [f"is cut on paper: {part}" for part in browser.evaluate(CUT)]
    needed = browser.evaluate(NEEDED)
    if needed > paper:
        faults.append(f"is {needed} wide on paper of {paper}")
    sheets = browser.sheets()
    if sheets != {A4[::-1] if is_across else A4}:
        faults.append(f"prints on {sheets}")
    return faults
