"""Generated pages: each is made from its definition; --check says which is stale."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- begin {} (generated) -->", "<!-- end {} -->"


def _rules(language: str) -> Callable[[], str]:
    def make() -> str:
        from plans.rulebook import page

        return page(language, _shipped_rows())

    return make


@lru_cache(maxsize=1)
def _shipped_rows() -> dict[str, int]:
    from plans.rulebook import shipped_rows

    return shipped_rows(ROOT)


def _agreement() -> str:
    from plans.agreement import page

    return page()


def _scan_evaluation() -> str:
    from plans.scan_page import page

    return page(ROOT)


def _dictionary() -> str:
    from plans.dictionary import page

    return page(ROOT)


def _reference() -> str:
    from plans.reference import page

    return page()


def _performance() -> str:
    from plans.bench.page import page

    return page(ROOT)


def _plot() -> str:
    """The plot; where the extra that draws it is not installed, as it stands."""
    from plans.bench.page import PLOT, plot
    from planspec.errors import CannotTell

    try:
        return plot(ROOT)
    except CannotTell:
        return (ROOT / PLOT).read_text(encoding="utf-8")


def _ratios() -> str:
    from plans.bench.page import summary

    return summary(ROOT)


def _mutation() -> str:
    from plans.mutation.report import page, stored

    result = stored(ROOT / "docs" / "mutation.json")
    return page(result) if result else "# How much validation catches\n\nNot measured yet: run `make mutation`.\n"


PAGES: dict[str, Callable[[], str]] = {
    "docs/rules.md": _rules("en"),
    "docs/rules.zh.md": _rules("zh"),
    "docs/agreement.md": _agreement,
    "docs/scan-evaluation.md": _scan_evaluation,
    "docs/data-dictionary.md": _dictionary,
    "docs/commands.md": _reference,
    "docs/performance.md": _performance,
    "docs/performance.svg": _plot,
    "docs/mutation.md": _mutation,
}
"""Pages that are generated whole."""


def _ledger_table() -> str:
    from plans.ledger import show

    return show(ROOT, "markdown")


def _headline_table() -> str:
    from plans.matrix import table

    return table(ROOT)


def _core_counts() -> str:
    from plans.matrix import counts

    return counts(ROOT)


def _wrong_cell() -> str:
    """What `plans validate` and a pull request show for one wrong unit, from a real run on a copy."""
    import shutil
    import tempfile

    from plans.reports import render
    from planspec.rules.run import validate

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("data", "schemas"):
            shutil.copytree(ROOT / name, copy / name)
        shutil.copy(ROOT / "datapackage.json", copy)
        path = copy / "data" / "targets.csv"
        text = path.read_text(encoding="utf-8")
        row = next(line for line in text.split("\n") if line.startswith("370212-2025-gdp-growth,"))
        path.write_text(
            text.replace(row, row.replace(",percent,0.055,", ",percentage-point,5.5,")), encoding="utf-8", newline=""
        )
        report = validate(copy)
    findings = render(report, "text", "en").split("\n\n")[: len(report.findings)]
    return "\n".join(
        ["```text", *"\n\n".join(findings).splitlines(), "", render(report, "github", "en").strip(), "```"]
    )


def _answer() -> str:
    """What `make validate` shows, but for the layers and the time it took; left as it is where a source text is missing."""
    import os

    from plans.reports import render
    from planspec.rules.run import validate
    from planspec.rules.source import find_sources

    report = validate(ROOT, find_sources(ROOT, None, os.environ.get("PLANS_SOURCES")))
    if report.missing_texts:
        return _part_of("README.md", "answer")
    lines = render(report, "text", "en").rstrip().split("\n")
    told = lines.index(f"{report.package} {report.version}")
    return "\n".join(
        ["```console", "$ make validate", *lines[told : told + 4], "  …", lines[-1].rpartition(" (")[0], "```"]
    )


def _loading() -> str:
    from plans.loading import markdown

    return markdown("qingdao-district-plans")


def _steps() -> str:
    from plans.diffs.words import bump_table

    return bump_table()


def _identity() -> str:
    from plans.diffs.words import identity_table

    return identity_table()


PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("README.md", "answer"): _answer,
    ("README.md", "ledger"): _ledger_table,
    ("README.md", "headline"): _headline_table,
    ("docs/core-indicators.md", "counts"): _core_counts,
    ("docs/core-indicators.md", "headline"): _headline_table,
    ("CONTRIBUTING.md", "wrong-cell"): _wrong_cell,
    ("README.md", "loading"): _loading,
    ("README.md", "ratios"): _ratios,
    ("docs/versioning.md", "steps"): _steps,
    ("docs/versioning.md", "identity"): _identity,
}
"""Parts of written pages that are generated, between marks."""


def _part_of(path: str, name: str) -> str:
    """A generated part of a page as it stands there."""
    rest = (ROOT / path).read_text(encoding="utf-8").partition(BEGIN.format(name))[2]
    return rest.partition(END.format(name))[0].strip()


def _with_part(text: str, name: str, part: str) -> str:
    begin, end = BEGIN.format(name), END.format(name)
    head, found, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the marks of part {name} are missing")
    return f"{head}{begin}\n{part.strip()}\n{end}{tail}"


def wanted() -> dict[str, str]:
    """Every page that is generated, whole or in part, as it should be."""
    pages = {path: make() for path, make in PAGES.items()}
    for (path, name), make in PARTS.items():
        text = pages.get(path) or (ROOT / path).read_text(encoding="utf-8")
        pages[path] = _with_part(text, name, make())
    return pages


def main(arguments: list[str]) -> int:
    """Write the pages; with --check write nothing and exit 1 where one is stale."""
    pages = wanted()
    stale = [
        p for p, text in pages.items() if not (ROOT / p).exists() or (ROOT / p).read_text(encoding="utf-8") != text
    ]
    if "--check" in arguments:
        for path in stale:
            print(f"{path} is stale: run `make docs` and commit the result", file=sys.stderr)
        return int(bool(stale))
    for path in stale:
        (ROOT / path).write_text(pages[path], encoding="utf-8", newline="")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
