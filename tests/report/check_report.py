# SPDX-License-Identifier: Apache-2.0
"""The HTML report in a browser: quiet, offline, never wider than the screen. Skipped without one.

Usage: check_report.py BUILD_DIR [TEST...]
"""
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import browser

DRIFT = Path(sys.argv[1] if len(sys.argv) > 1 else "build", "cli", "drift").resolve()
HOSTILE = '"</script><script>console.log(1)</script><img src=http://localhost/x>\'&"'
NOISE = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")


def write(path, rows, shift):
    """Columns of every kind, hostile names among them; `shift` moves some."""
    draw = random.Random(7)
    names = ["id", HOSTILE, '"line\nbreak"', "\u202ereversed", "x" * 10000, "all_missing",
             "constant", "date", "many"]
    lines = [",".join(names)]
    for i in range(rows):
        lines.append(",".join([
            f"u{i:06d}", str(draw.gauss(shift, 1)),
            draw.choice(["<b>", '"a\nb"', "</script>"] + ["new"] * shift),
            str(draw.randint(0, 5)), draw.choice(["y" * 5000, "n"]) if i < 9 else "n", "",
            "" if shift and i % 2 else "7", f"2024-01-{1 + i % 28:02d}", f"k{i % 300}"]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="drift-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.browser = browser.Browser(browser.find())
        cls.addClassCleanup(cls.browser.close)

    def report(self, rows, current_rows, shift):
        folder = Path(self.folder.name)
        write(folder / "reference.csv", rows, 0)
        write(folder / "current.csv", current_rows, shift)
        subprocess.run([DRIFT, "compare", "reference.csv", "current.csv", "--html", "report.html"],
                       cwd=folder, capture_output=True, timeout=120)
        return folder / "report.html"

    def check(self, page):
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                with self.subTest(width=width, scheme=scheme):
                    self.browser.open(page.as_uri(), width, scheme)
                    self.browser.evaluate(
                        "document.querySelectorAll('details').forEach(d => d.open = true)")
                    wide = self.browser.evaluate("document.documentElement.scrollWidth")
                    self.assertLessEqual(wide, width)
                    shade = self.browser.evaluate(
                        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] < 128")
                    self.assertEqual(shade, scheme == "dark")
                    events = self.browser.events
                    self.assertEqual([e for e in events if e["method"] in NOISE], [])
                    asked = [e["params"]["request"]["url"] for e in events
                             if e["method"] == "Network.requestWillBeSent"]
                    self.assertEqual(asked, [page.as_uri()])
        self.assertEqual(self.browser.evaluate(
            "JSON.parse(document.getElementById('drift-comparison').textContent).format"),
            "drift.comparison/1")
        self.assertEqual(self.browser.evaluate("document.scripts.length"), 1)
        self.assertEqual(self.browser.evaluate("document.images.length"), 0)

    def test_drift(self):
        self.check(self.report(2000, 2000, 1))

    def test_a_link_opens_its_details(self):
        self.browser.open(self.report(2000, 2000, 1).as_uri(), 1280, "light")
        self.browser.evaluate("document.querySelector('tbody th a').click()")
        self.assertTrue(self.browser.evaluate("document.querySelector('details').open"))

    def test_print_shows_the_details(self):
        self.browser.open(self.report(2000, 2000, 1).as_uri(), 1280, "light")
        shown = "getComputedStyle(document.querySelector('details'), '::details-content')" \
                ".contentVisibility"
        self.assertEqual(self.browser.evaluate(shown), "hidden")
        self.browser.call("Emulation.setEmulatedMedia", media="print", features=[])
        self.assertEqual(self.browser.evaluate(shown), "visible")
        self.browser.call("Emulation.setEmulatedMedia", media="", features=[])

    def test_stable(self):
        self.check(self.report(2000, 2000, 0))

    def test_a_single_row(self):
        self.check(self.report(2, 1, 0))


if __name__ == "__main__":
    if not browser.find():
        print("no Chromium here")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
