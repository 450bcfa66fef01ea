"""Making the site: every page in two languages, scripts and styles, written as one folder or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plans.site import charts
from plans.site.assets import scripts
from plans.site.compare import comparable_marks
from plans.site.coverage import closing
from plans.site.downloads import artifacts
from plans.site.explore import as_script, records_script
from plans.site.history import read_history
from plans.site.model import Model, open_model
from plans.site.pages import Pages
from plans.site.records import record_pages
from plans.site.render import Renderer
from plans.site.words import LANGUAGES
from planspec.errors import CannotTell
from planspec.rules.run import Report

MARK = "assets/site.css"
"""A folder that holds this and an index.html is taken for a site of ours, which the next one may replace."""


@dataclass(frozen=True)
class Made:
    """What was written: number of files and of bytes."""

    files: int
    size: int


def site_files(
    path: Path,
    report: Report,
    dist: Path | None = None,
    packages: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[str, bytes]]:
    """Every file of the site, path and bytes, in a fixed order.

    `report`: validation of the same package; its errors are shown on every page. `dist`: folder of a built release.
    `packages`: a node_modules folder, or None to fetch the pinned packages.
    """
    model = open_model(path)
    progress("scripts")
    for name, data in sorted(scripts(packages).items()):
        yield f"assets/{name}", data
    built = artifacts(dist)
    for artifact in built:
        yield artifact.path, artifact.data
    history = read_history(path)
    yield "assets/records.js", records_script(model)
    for language in LANGUAGES:
        renderer = Renderer(model, language, report.count("error"))
        jsonld = _jsonld(path, {f"{'../' if renderer.folder else ''}{a.path}": a.data for a in built})
        pages = Pages(renderer, path, history, built, jsonld, report.rows, closing(report))
        progress(f"pages ({language})")
        yield from pages.all()
        yield f"{renderer.folder}assets/charts.js", _charts(model, pages)
        progress(f"records ({language})")
        yield from record_pages(renderer, history)


def _charts(model: Model, pages: Pages) -> bytes:
    """The charts that are drawn on request: one compiled specification and the data of each indicator."""
    import vl_convert

    language = pages.renderer.language
    compiled = vl_convert.vegalite_to_vega(charts.specification(language), vl_version=charts.VEGA_LITE)
    data: dict[str, Any] = {}
    for indicator in pages.comparable:
        marks, suffix = comparable_marks(model, indicator, language)
        data[indicator["indicator_id"]] = {
            **charts.rows(marks),
            "suffix": suffix,
            "name": indicator[f"name_{language}"],
        }
    return as_script("PLANS_CHARTS", {"spec": compiled, "colours": charts.COLOURS, "indicators": data})


def _jsonld(path: Path, files: dict[str, bytes]) -> dict[str, Any]:
    """schema.org Dataset as the release itself has it; `files` are named as a page of one language finds them."""
    from plans.build import jsonld
    from plans.build.content import read_content

    made = jsonld.make(read_content(path), files)
    return dict(json.loads(next(iter(made.values()))))


def _ours(out: Path) -> bool:
    return not any(out.iterdir()) or ((out / MARK).is_file() and (out / "index.html").is_file())


def write_site(out: Path, files: Iterator[tuple[str, bytes]]) -> Made:
    """Write the files to a folder beside `out` and put it in place when it is whole.

    An earlier site is replaced; a folder with anything else in it is refused with `CannotTell`.
    """
    if out.exists() and not (out.is_dir() and _ours(out)):
        raise CannotTell(f"{out} holds something else than a site", "choose an empty or a new folder with --out")
    target = out.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    except OSError as error:
        raise CannotTell(
            f"{target.parent} cannot be written: {error.strerror}", "choose a folder you may write to"
        ) from error
    try:
        whole, count, size = staging / "site", 0, 0
        for name, data in files:
            file = whole / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            count, size = count + 1, size + len(data)
        if target.exists():
            target.rename(staging / "before")
        whole.rename(target)
    except OSError as error:
        raise CannotTell(f"{out} cannot be written: {error.strerror}", "choose a folder you may write to") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Made(count, size)
