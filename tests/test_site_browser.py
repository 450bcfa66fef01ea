"""The site in a real Chromium, from a folder: errors, requests, search, links, language, phone, access, printing."""

from __future__ import annotations

import csv
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from site_fixtures import make_site, packages, shared

for module in ("altair", "jinja2", "markdown_it", "vl_convert"):
    pytest.importorskip(module, reason=f"{module} is not installed (pip install -e .[site])")
pytest.importorskip("selenium", reason="selenium is not installed (pip install selenium)")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="chromium and chromium-driver are not installed (apt-get install)"
)

KINDS = [
    "index.html",
    "districts.html",
    "districts/370213.html",
    "explore.html",
    "coverage.html",
    "download.html",
    "indicators.html",
    "indicators/gdp-growth.html",
    "dictionary.html",
    "rules.html",
    "releases.html",
    "targets/370212-2025-gdp-growth.html",
    "targets/370202-2025-retail-sales-growth.html",
    "projects/370212-2025-key-projects.html",
    "initiatives/370202-2025-1-6-1-industry-system.html",
]
"""A page of every kind; records with a phrase, without one, with figures elsewhere, with a name only."""
PAGES = [*KINDS, "results/370202-2024-budget-revenue-growth.html", *(f"zh/{p}" for p in KINDS)]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory.getbasetemp().parent, "whole-site", make_site) / "site"


@pytest.fixture(scope="session")
def axe() -> str:
    return (packages(development=True) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1280,900",
        "--lang=en-GB",
        "--disable-dev-shm-usage",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


class Browser:
    """A page of the site in Chromium: opens, waits, sizes, and tells what went wrong since it was opened."""

    def __init__(self, driver: Any, site: Path) -> None:
        self.driver, self.site = driver, site
        self.settle()

    def settle(self) -> None:
        """Desktop, light, scripts on, no page of an earlier test."""
        self.cdp("Emulation.setScriptExecutionDisabled", value=False)
        self.cdp("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "light"}])
        self.size(1280, 900)
        self.driver.get("about:blank")
        self.faults()

    def cdp(self, command: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, parameters)

    def size(self, width: int, height: int) -> None:
        self.cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def dark(self) -> None:
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def open(self, page: str) -> None:
        self.driver.get("about:blank")
        self.driver.get((self.site / page.partition("#")[0]).as_uri() + page[len(page.partition("#")[0]) :])

    def js(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def wait(self, ready: Callable[[], Any], seconds: float = 15) -> Any:
        end = time.monotonic() + seconds
        while True:
            value = ready()
            if value or time.monotonic() > end:
                assert value, "the page did not get there in time"
                return value
            time.sleep(0.05)

    def faults(self) -> list[str]:
        """Messages of severity error on the console, and requests that left the folder, since the last call."""
        found = [e["message"] for e in self.driver.get_log("browser") if e["level"] == "SEVERE"]
        inside = self.site.as_uri() + "/"
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if not url.startswith((inside, "data:", "blob:", "about:")):
                    found.append(f"request to {url}")
        return found

    def shown(self) -> list[str]:
        """Keys of the rows that the table of all records shows, in order."""
        return list(self.js("return [...document.querySelectorAll('#records tbody tr[id]')].map(r => r.id.slice(4))"))

    def count(self) -> str:
        return str(self.js("return document.getElementById('count').textContent"))

    def type(self, text: str) -> None:
        """Search for a text and wait until the table has answered."""
        before = self.js("return location.hash")
        self.js(
            "const f = document.querySelector('#filters [name=q]'); f.value = arguments[0]; f.dispatchEvent(new Event('input'))",
            text,
        )
        self.wait(lambda: self.js("return location.hash") != before)

    def choose(self, name: str, value: str) -> None:
        self.js(
            "const f = document.querySelector(`#filters [name=${arguments[0]}]`); f.value = arguments[1]; f.dispatchEvent(new Event('change'))",
            name,
            value,
        )


@pytest.fixture
def browser(chromium: Any, site: Path) -> Browser:
    return Browser(chromium, site)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_clean_and_fits_a_phone(browser: Browser, page: str) -> None:
    browser.open(page)
    assert browser.js("return document.readyState") == "complete"
    assert browser.faults() == []
    for width in (1280, 360):
        browser.size(width, 800)
        assert browser.js("return document.documentElement.scrollWidth") <= width, f"sideways scroll at {width}"


AXE = (
    "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations"
    ".filter(v => ['serious', 'critical'].includes(v.impact)).map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])))"
)
DARK = [
    "index.html",
    "zh/explore.html",
    "districts/370213.html",
    "zh/targets/370212-2025-gdp-growth.html",
    "coverage.html",
]


@pytest.mark.parametrize(("page", "dark"), [*((p, False) for p in KINDS), *((p, True) for p in DARK)])
def test_axe_finds_no_serious_violation(browser: Browser, axe: str, page: str, dark: bool) -> None:
    if dark:
        browser.dark()
        browser.size(390, 800)
    browser.open(page)
    browser.js("const d = document.querySelector('.plot details, #more'); if (d) d.open = true")
    browser.js(axe)
    assert browser.driver.execute_async_script(AXE) == []


def test_axe_would_find_a_violation(browser: Browser, axe: str) -> None:
    browser.open("download.html")
    browser.js(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"data:,\"><p style=\"color:#ddd\">hardly there</p>')"
    )
    browser.js(axe)
    assert {v[0] for v in browser.driver.execute_async_script(AXE)} == {"image-alt", "color-contrast"}


@pytest.mark.parametrize("words", ["GDP", "生产总值", "gross regional", "ＧＤＰ"])
def test_search_finds_the_seven_growth_targets(browser: Browser, site: Path, words: str) -> None:
    browser.open("explore.html")
    browser.type(words)
    wanted = {f"target-{p.stem}" for p in (site / "targets").glob("*-2025-gdp-growth.html")}
    assert len(wanted) == 7
    assert wanted <= set(browser.shown())


def test_a_permanent_link_reopens_the_same_view(browser: Browser) -> None:
    browser.open("explore.html")
    browser.type("项目")
    browser.choose("district", "370212")
    browser.choose("kind", "target")
    browser.js("[...document.querySelectorAll('#records thead th')][3].click()")
    browser.wait(lambda: "sort=" in browser.js("return location.hash"))
    rows, count, link = browser.shown(), browser.count(), browser.js("return document.getElementById('permalink').href")
    assert 1 < len(rows) < 50
    browser.open("explore.html#" + unquote(link.partition("#")[2]))
    assert (browser.shown(), browser.count()) == (rows, count)
    assert browser.js("return [...document.querySelectorAll('#filters select')].map(s => s.value).filter(Boolean)") == [
        "target",
        "370212",
        "value,desc",
    ]
    assert browser.faults() == []


def test_a_row_has_a_link_of_its_own(browser: Browser) -> None:
    browser.open("explore.html#row=target/370285-2025-gdp-growth")
    chosen = browser.js(
        "const r = document.querySelector('#records .chosen'); const b = r.getBoundingClientRect(); return [r.id, b.top >= 0 && b.bottom <= innerHeight]"
    )
    assert chosen == ["row-target-370285-2025-gdp-growth", True]


def test_values_sort_by_size_within_a_dimension_and_missing_ones_come_last(browser: Browser) -> None:
    browser.open("explore.html#unit=percent&kind=target&sort=value,desc")
    values = browser.js(
        "return [...document.querySelectorAll('#records .value')].map(v => parseFloat(v.textContent.replace(/[^0-9.-]/g, '')))"
    )
    assert len(values) > 10 and values == sorted(values, reverse=True)
    browser.open("explore.html#sort=value,asc")
    assert all(
        browser.js("return [...document.querySelectorAll('#records tbody tr')].map(r => r.cells[3].textContent)")
    )
    browser.open("explore.html#sort=value,desc")
    assert all(
        browser.js("return [...document.querySelectorAll('#records tbody tr')].map(r => r.cells[3].textContent)")
    )


def test_the_keyboard_sorts_and_pages(browser: Browser) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open("explore.html")
    head = browser.driver.find_elements("css selector", "#records thead th")[1]
    target = browser.js(
        "const h = arguments[0]; return h.matches('[tabindex]') ? h : h.querySelector('[tabindex], button')", head
    )
    target.send_keys(Keys.ENTER)
    browser.wait(lambda: browser.js("return arguments[0].getAttribute('aria-sort')", head) == "ascending")
    first = browser.shown()
    browser.driver.find_element("css selector", ".dt-paging-button.next").send_keys(Keys.ENTER)
    browser.wait(lambda: browser.shown() != first)
    assert "page=2" in browser.js("return location.hash")
    # The pressed button is made anew; the keyboard must not start over from the top of the page.
    browser.wait(lambda: browser.js("return document.activeElement.matches('.dt-paging-button.next')"))


def test_export_holds_what_is_shown(browser: Browser, tmp_path: Path) -> None:
    browser.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    browser.open("explore.html#q=gdp-growth&kind=target")
    shown = browser.shown()
    browser.js("document.getElementById('export').click()")
    file = browser.wait(lambda: next(tmp_path.glob("*.csv"), None))
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [f"target-{r['key']}" for r in rows] == shown
    assert {r["comparator"] for r in rows} >= {"ge"} and all(r["stated"] and r["district_code"] for r in rows)
    assert {r["year"] for r in rows} == {"2025"} and {r["headline"] for r in rows} <= {"true", "false"}
    assert {"estimated", "cumulative", "hedged", "relative_to"} <= set(rows[0])


def test_the_language_switch_keeps_the_record_and_the_view(browser: Browser) -> None:
    browser.open("targets/370212-2025-gdp-growth.html")
    browser.js("document.getElementById('switch').click()")
    browser.wait(lambda: browser.js("return document.documentElement.lang") == "zh-Hans")
    assert browser.driver.current_url.endswith("/zh/targets/370212-2025-gdp-growth.html")
    browser.js("document.getElementById('switch').click()")
    browser.wait(lambda: browser.js("return document.documentElement.lang") == "en")
    assert browser.driver.current_url.endswith("/site/targets/370212-2025-gdp-growth.html")
    browser.open("explore.html#q=停车&district=370202")
    rows = browser.shown()
    browser.js("document.getElementById('switch').click()")
    browser.wait(lambda: browser.js("return document.documentElement.lang") == "zh-Hans")
    assert sorted(browser.shown()) == sorted(rows) and len(rows) > 1


def test_the_language_switch_keeps_the_section_being_read(browser: Browser) -> None:
    browser.open("districts/370212.html")
    browser.js("document.getElementById('projects').scrollIntoView()")
    browser.js("document.getElementById('switch').click()")
    browser.wait(lambda: browser.js("return document.documentElement.lang") == "zh-Hans")
    assert browser.wait(
        lambda: abs(browser.js("return document.getElementById('projects').getBoundingClientRect().top")) < 100
    )


def test_the_language_switch_goes_by_what_is_read_and_not_by_an_old_hash(browser: Browser) -> None:
    browser.open("districts/370212.html#targets")
    row = browser.js(
        "const r = [...document.querySelectorAll('table.projects tr[id]')][20]; r.scrollIntoView(); return r.id"
    )
    assert row.startswith("project-")
    switch = "const b = document.getElementById('switch').getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight"
    for width in (1280, 360):
        browser.size(width, 800)
        browser.js("document.getElementById(arguments[0]).scrollIntoView()", row)
        assert browser.js(switch), f"the switch is out of reach at {width}"
        top = browser.js("return document.getElementById(arguments[0]).getBoundingClientRect().top", row)
        assert top >= browser.js("return document.querySelector('.bar').offsetHeight") - 1
    browser.js("document.getElementById('switch').click()")
    browser.wait(lambda: browser.js("return document.documentElement.lang") == "zh-Hans")
    seen = "const b = document.getElementById(arguments[0]).getBoundingClientRect(); return b.top > -50 && b.top < 300"
    assert browser.wait(lambda: browser.js(seen, row))


def test_with_storage_blocked_a_chinese_browser_still_reaches_the_english_front_page(browser: Browser) -> None:
    script = browser.cdp(
        "Page.addScriptToEvaluateOnNewDocument",
        source="Object.defineProperty(navigator, 'language', {get: () => 'zh-CN'});"
        "Object.defineProperty(window, 'localStorage', {get: () => { throw new DOMException('blocked', 'SecurityError'); }});",
    )
    try:
        browser.open("zh/index.html")
        browser.js("document.getElementById('switch').click()")
        browser.wait(lambda: browser.js("return document.documentElement.lang") == "en")
        time.sleep(0.3)
        assert browser.js("return document.documentElement.lang") == "en"
    finally:
        browser.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])


def test_a_first_visitor_with_a_chinese_browser_starts_in_chinese_and_may_leave(browser: Browser) -> None:
    browser.open("index.html")
    browser.js("localStorage.clear()")
    script = browser.cdp(
        "Page.addScriptToEvaluateOnNewDocument",
        source="Object.defineProperty(navigator, 'language', {get: () => 'zh-CN'})",
    )
    try:
        browser.open("index.html")
        browser.wait(lambda: browser.js("return document.documentElement.lang") == "zh-Hans")
        browser.js("document.getElementById('switch').click()")
        browser.wait(lambda: browser.js("return document.documentElement.lang") == "en")
        browser.open("index.html")
        time.sleep(0.3)
        assert browser.js("return document.documentElement.lang") == "en"
    finally:
        browser.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])
        browser.js("localStorage.clear()")


def test_everything_can_be_read_without_scripts(browser: Browser) -> None:
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    for page, wanted in {
        "index.html": ["≥ 5.5%", "in step with GDP growth", "unknown"],
        "districts/370212.html": ["生产总值增长5.5%以上", "Key Projects", "CNY 190 billion"],
        "targets/370212-2025-gdp-growth.html": ["5.5% or more", "R230", "characters"],
        "explore.html": ["needs JavaScript", "Laoshan"],
    }.items():
        browser.open(page)
        root = browser.cdp("DOM.getDocument", depth=1)["root"]["nodeId"]
        body = browser.cdp("DOM.querySelector", nodeId=root, selector="main")["nodeId"]
        text = browser.cdp("DOM.getOuterHTML", nodeId=body)["outerHTML"]
        for words in wanted:
            assert words in text, f"{page} without scripts lacks {words}"
        assert browser.cdp("DOM.getBoxModel", nodeId=body)["model"]["height"] > 200
    assert browser.faults() == []


def test_a_chart_is_drawn_on_request_in_the_colours_of_the_page(browser: Browser, axe: str) -> None:
    browser.open("index.html")
    assert not browser.js("return [...document.scripts].some(s => s.src.endsWith('vega.js'))")
    browser.js(
        "const s = document.querySelector('#chooser [name=indicator]'); s.selectedIndex = 1; s.form.dispatchEvent(new Event('change'))"
    )
    drawn = browser.wait(lambda: browser.js("const c = document.querySelector('.drawn svg'); return c && c.outerHTML"))
    assert "#a5301c" in drawn.lower() and "#0102" not in drawn
    assert browser.js("return location.hash").startswith("#chart=")
    label = browser.js("return document.querySelector('.drawn [role=img]').getAttribute('aria-label')")
    assert any(name in label for name in ("Shinan", "Laoshan", "Licang", "Jimo", "Chengyang", "Laixi", "Shibei"))
    assert browser.faults() == []
    browser.js(axe)
    assert browser.driver.execute_async_script(AXE) == []
    browser.open("zh/" + "index.html" + browser.js("return location.hash"))
    browser.wait(lambda: browser.js("return document.querySelector('.drawn svg')"))


CUT_OFF = (
    "const all = [...document.querySelectorAll('svg.chart, .drawn svg')]; return all.flatMap(s => { const box = s.getBoundingClientRect();"
    "return [...s.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]).filter(([text, b]) => text.trim() &&"
    "(text.endsWith('…') || b.left < box.left - 1 || b.right > Math.min(box.right, innerWidth) + 1)).map(([text]) => text); })"
)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("folder", ["", "zh/"])
def test_no_word_of_a_chart_is_cut_off(browser: Browser, folder: str, width: int) -> None:
    browser.size(width, 800)
    browser.open(f"{folder}index.html")
    assert browser.js(CUT_OFF) == []
    choose = (
        "const s = document.querySelector('#chooser [name=indicator]'); document.querySelector('.drawn').replaceChildren();"
        "s.selectedIndex = arguments[0]; s.form.dispatchEvent(new Event('change')); return s.options.length"
    )
    number, place = 2, 1
    while place < number:
        number = browser.js(choose, place)
        browser.wait(lambda: browser.js("return document.querySelector('.drawn svg')"))
        assert browser.js(CUT_OFF) == []
        place += 1
    assert number > 30


def test_the_first_page_is_ready_within_a_second(browser: Browser) -> None:
    times = []
    for _ in range(5):
        browser.open("index.html")
        times.append(browser.js("return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
    assert min(times) < 1000


def test_paper_shows_the_content_and_not_the_controls(browser: Browser) -> None:
    browser.open("districts/370213.html")
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    shown = "return getComputedStyle(document.querySelector(arguments[0])).display"
    assert browser.js(shown, ".bar nav") == "none" and browser.js(shown, "footer nav") == "none"
    assert browser.js(shown, "#targets") != "none"
    assert len(browser.cdp("Page.printToPDF")["data"]) > 10_000


def test_paper_says_which_rows_of_the_table_it_shows(browser: Browser) -> None:
    browser.open("explore.html#kind=result&page=2")
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    text = browser.js("return document.querySelector('main').innerText")
    assert "Records 51 to 100 of 252" in text and "Kind: Results." in text and "All 1274" not in text
    browser.open("coverage.html")
    adjust = "return getComputedStyle(document.querySelector('.share span')).printColorAdjust"
    assert browser.js(adjust) == "exact"
