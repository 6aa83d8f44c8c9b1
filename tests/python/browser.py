"""Where the browser and axe-core are, for the tests that look at pages."""

import shutil

from runner.home import PROJECT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
