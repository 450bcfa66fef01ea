"""Turning templates into pages: what every template can call, in one language, and where links lead from a page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from plans.site.compare import district_name, last_words, link_words, other_scope
from plans.site.model import Model, Record
from plans.site.quantity import Shown, caveat_names, part, show, stage, when
from plans.site.words import word
from planspec.errors import CannotTell

NAV = (
    ("compare", "index.html"),
    ("districts", "districts.html"),
    ("explore", "explore.html"),
    ("coverage", "coverage.html"),
    ("download", "download.html"),
)
MORE = (
    ("indicators", "indicators.html"),
    ("dictionary", "dictionary.html"),
    ("rules", "rules.html"),
    ("releases", "releases.html"),
)


@lru_cache(maxsize=1)
def _environment() -> Any:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise CannotTell(
            "the pages need Jinja2, which is not installed", 'pip install "qingdao-district-plans[site]"'
        ) from error
    environment = Environment(
        loader=PackageLoader("plans.site", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ticks"] = _ticks
    return environment


def _ticks(text: str) -> Any:
    """Text in which `names` between backticks become code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


class Renderer:
    """Writes the pages of one language. `folder` is that language's root inside the site: "" or `zh/`."""

    def __init__(self, model: Model, language: str, errors: int = 0) -> None:
        self.model = model
        self.language = language
        self.folder = "zh/" if language == "zh" else ""
        self.errors = errors
        self._shown: dict[tuple[str, str], Shown] = {}

    def text(self, group: str, key: str, **params: object) -> str:
        return word(group, key, self.language, **params)

    def shown(self, record: Record) -> Shown:
        """The value of a target or result."""
        place = (record.kind, record.key)
        if place not in self._shown:
            self._shown[place] = show(record.row, self.model.units, self.model.indicators, self.language)
        return self._shown[place]

    def indicator(self, record: Record) -> str:
        """Name of the indicator of a target or result."""
        return str(self.model.indicators[record["indicator_id"]][f"name_{self.language}"])

    def name(self, record: Record, year: int | None = None) -> str:
        """What a link to a record says: its indicator and value, or its name; `year` is the year of the page."""
        return link_words(self.model, record, self.language, year)

    def page(
        self, template: str, path: str, title: str, description: str, section: str, **context: Any
    ) -> tuple[str, bytes]:
        """One page: its path in the site and its bytes. `path` is relative to the language's root."""
        up = "../" * path.count("/")
        root = up + ("../" if self.folder else "")
        twin = f"{root}{path}" if self.folder else f"{up}zh/{path}"
        model, language = self.model, self.language
        html = (
            _environment()
            .get_template(template)
            .render(
                lang=language,
                title=title,
                description=description,
                section=section,
                here=path,
                home=up,
                root=root,
                twin=twin,
                nav=NAV,
                more=MORE,
                version=model.package.version,
                errors=self.errors,
                covered=model.covered,
                districts=model.districts,
                year=model.year,
                t=self.text,
                district=lambda code: district_name(model, code, language),
                shown=self.shown,
                indicator=self.indicator,
                scope=lambda r: r[f"scope_{language}"] or "",
                when=lambda r: when(r.row, language),
                stage=lambda r: stage(r.row, language),
                caveats=lambda r: caveat_names(r.row),
                other_scope=other_scope,
                part=lambda r, name: part(r.row, name, model.units, language),
                last_year=model.last_year,
                last_words=lambda r, target=None: last_words(model, r, language, target, "none"),
                **context,
            )
        )
        return self.folder + path, (html.rstrip("\n") + "\n").encode()


def markup(html: str) -> Any:
    """Text that is markup of ours already."""
    from markupsafe import Markup

    return Markup(html)


def grouped(
    rows: Iterable[Any], group: Callable[[Any], str], order: list[str], key: Callable[[Any], Any]
) -> list[tuple[str, list[Any]]]:
    """Rows by group, groups in the order of the vocabulary, rows by key."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[group(row)].append(row)
    return [(name, sorted(found[name], key=key)) for name in order if name in found]
