"""The pages that show many records at once: comparison, districts, indicators, coverage, dictionary, rules, releases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from plans.site import charts
from plans.site.compare import Cell, comparable_marks, core_marks, matrix
from plans.site.coverage import UNREAD, Closing, coverage
from plans.site.downloads import Artifact
from plans.site.explore import as_inline, fields
from plans.site.history import History
from plans.site.model import KINDS, NUMERIC, Model, Record
from plans.site.quantity import bounds
from plans.site.render import Renderer, grouped, markup
from plans.site.words import words
from planspec.rules.catalogue import LAYERS, catalogue

NUMBERS = {
    "en": ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
    "zh": "零一二三四五六七八九十",
}
SORTS = ("value_desc", "value_asc", "district_asc", "name_asc", "kind_asc")
KEY = ("ge", "gt", "eq", "approx", "in_step", "binding", "qualitative", "not_stated", "unknown")


@dataclass
class Pages:
    """Makes the pages of one language. `jsonld` describes the dataset; `rows` says how often each rule could judge.

    `closing` says whether validation found every printed figure in the ledger.
    """

    renderer: Renderer
    path: Path
    history: History
    artifacts: list[Artifact]
    jsonld: dict[str, Any]
    rows: dict[str, int]
    closing: Closing = UNREAD
    core: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        return self.renderer.model

    def text(self, group: str, key: str, **params: object) -> str:
        return self.renderer.text(group, key, **params)

    def count(self, number: int) -> str:
        """A small number as a word."""
        names = NUMBERS[self.renderer.language]
        return names[number] if number < len(names) else str(number)

    def all(self) -> Iterator[tuple[str, bytes]]:
        """Every page that is not a record's, and the drawings beside them: path and bytes."""
        yield from self.compare()
        yield from self.districts()
        yield from self.indicators()
        for make in (self.explore, self.coverage, self.dictionary, self.rules, self.download, self.releases):
            yield make()

    def simple(self, name: str, **context: Any) -> tuple[str, bytes]:
        """A page whose title and description stand in the group of its own name."""
        return self.renderer.page(
            f"{name}.html", f"{name}.html", self.text(name, "title"), self.text(name, "description"), name, **context
        )

    def drawing(
        self, indicator: dict[str, Any], marks: list[charts.Mark], suffix: str
    ) -> tuple[dict[str, Any], tuple[str, bytes]]:
        """A chart for a template, and the file of it that stands alone."""
        language = self.renderer.language
        drawn = charts.svg(charts.filled(charts.specification(language), marks, suffix))
        file = f"charts/{indicator['indicator_id']}.{language}.svg"
        chart = {
            "id": indicator["indicator_id"],
            "name": indicator[f"name_{language}"],
            "svg": markup(charts.themed(drawn)),
            "marks": marks,
            "file": file,
        }
        return chart, (file, charts.printed(drawn).encode())

    def compare(self) -> Iterator[tuple[str, bytes]]:
        """The first page, and the drawings of its charts."""
        lines: list[tuple[dict[str, Any], list[Cell]]] = matrix(self.model, self.path, self.renderer.language)
        drawn = []
        for indicator, cells in lines:
            if indicator["measure"] != "qualitative":
                chart, file = self.drawing(indicator, *core_marks(self.model, indicator, cells, self.renderer.language))
                drawn.append(chart)
                self.core[indicator["indicator_id"]] = chart
                yield file
        year = self.model.year
        n, title = self.title(year)
        counts = {kind: self.model.count(kind) for kind in KINDS}
        yield self.renderer.page(
            "compare.html",
            "index.html",
            title,
            self.text("compare", "description", n=n, year=year),
            "compare",
            matrix=lines,
            charts=drawn,
            key=KEY,
            counts=counts,
            documents=self.count(len(self.model.sources)),
            figures=len({(f["source_id"], f["start"]) for f in self.model.numbers}),
            closing=self.closing,
            comparable=self.comparable,
            named=self.named,
            jsonld=markup(as_inline(self.jsonld)),
        )

    def title(self, year: int) -> tuple[str, str]:
        """How many districts of the place in the title are shown, in words, and the title."""
        model = self.model
        place = next((d["district_code"] for d in model.districts.values() if d["level"] == "prefecture"), "")
        # The title names one city; a district of another is compared all the same, but is none of its districts.
        own = [c for c in model.covered if model.districts[c]["parent_code"] == place]
        told = [c for c in own if model.plan_year(c) == year]
        if len(told) == len(own):
            return self.count(len(own)), self.text("compare", "title", n=self.count(len(own)), year=year)
        some, total = self.count(len(told)), self.count(len(own))
        return total, self.text("compare", "title_some", n=some, total=total, year=year)

    @cached_property
    def named(self) -> list[dict[str, Any]]:
        """Indicators that at least two districts name, outside the core set, by name."""
        return self._shared(lambda r: r["comparator"] != "not_stated")

    @cached_property
    def comparable(self) -> list[dict[str, Any]]:
        """Those of them with a number in at least two districts: what a chart can be drawn of."""
        return self._shared(lambda r: r["comparator"] in NUMERIC)

    def _shared(self, counts: Callable[[Record], bool]) -> list[dict[str, Any]]:
        told: dict[str, set[str]] = defaultdict(set)
        for record in [*self.model.of("target"), *self.model.of("result")]:
            if counts(record):
                told[record["indicator_id"]].add(record.district)
        found = [i for i in self.model.indicators.values() if not i["core"] and len(told[i["indicator_id"]]) > 1]
        return sorted(found, key=lambda i: i[f"name_{self.renderer.language}"].casefold())

    def districts(self) -> Iterator[tuple[str, bytes]]:
        """The list of districts and a page for each."""
        model, language = self.model, self.renderer.language
        listed = [
            {
                "code": code,
                "name": model.districts[code][f"name_{language}"],
                "name_zh": model.districts[code]["name_zh"],
                "counts": {kind: model.count(kind, code) for kind in KINDS},
                "documents": model.documents(code),
            }
            for code in model.covered
        ]
        without = [d for code, d in model.districts.items() if code not in model.covered and d["level"] != "prefecture"]
        yield self.renderer.page(
            "districts.html",
            "districts.html",
            self.text("districts", "title"),
            self.text("districts", "lede"),
            "districts",
            rows=listed,
            without=without,
            kinds=KINDS,
        )
        for code in model.covered:
            yield self.district(code)

    def district(self, code: str) -> tuple[str, bytes]:
        """The page of one district."""
        model, row = self.model, self.model.districts[code]
        of = {kind: model.of(kind, code) for kind in KINDS}
        order = {kind: list(words()[group]) for kind, group in (("theme", "theme"), ("category", "category"))}
        name = row[f"name_{self.renderer.language}"]
        return self.renderer.page(
            "district.html",
            f"districts/{code}.html",
            name,
            self.text("districts", "description", name=name),
            "districts",
            row=row,
            documents=model.documents(code),
            full=model.has_full_report(code),
            headline=sorted(
                (r for r in of["target"] if r["headline"]), key=lambda r: (-r["year"], r["start"] or 0, r.key)
            ),
            many={kind for kind, records in of.items() if len({r["year"] for r in records}) > 1},
            plan_year=model.plan_year(code),
            targets=grouped(of["target"], model.theme, order["theme"], self._by_name),
            results=grouped(of["result"], model.theme, order["theme"], self._by_name),
            initiatives=grouped(of["initiative"], model.theme, order["theme"], self._by_name),
            projects=grouped(
                of["project"],
                lambda r: str(r["category"]),
                order["category"],
                lambda r: (-r["year"], -(r["investment_base"] or 0), r.key),
            ),
            **{f"{kind}s_n": model.count(kind, code) for kind in KINDS},
        )

    def _by_name(self, record: Record) -> tuple[Any, ...]:
        return (-record["year"], not record["headline"], record["indicator_id"] or "", record.key)

    def explore(self) -> tuple[str, bytes]:
        """The table of all records; its data come from a script."""
        language = self.renderer.language
        groups = ("explore", "kind", "statement")
        texts = {group: {key: value[language] for key, value in words()[group].items()} for group in groups}
        texts["ui"] = {key: self.text("ui", key) for key in ("colon", "comma", "stop")}
        texts["columns"] = {key: self.text("page", key) for key in ("kind", "district", "phrase")} | {
            "name": self.text("explore", "name"),
            "value": self.text("explore", "value"),
        }
        return self.simple(
            "explore",
            total=len(self.model.records),
            fields=fields(self.model, language),
            sorts=[(name.replace("_", ","), self.text("explore", name)) for name in SORTS],
            texts=markup(as_inline(texts)),
        )

    def indicators(self) -> Iterator[tuple[str, bytes]]:
        """The list of indicators, a page for each, and drawings for those with a number in two districts."""
        model, language = self.model, self.renderer.language
        records: dict[str, dict[str, list[Record]]] = defaultdict(lambda: {"target": [], "result": []})
        for kind in ("target", "result"):
            for record in model.of(kind):
                records[record["indicator_id"]][kind].append(record)
        rows = list(model.indicators.values())
        listed = grouped(
            rows,
            lambda i: str(i["theme"]),
            list(words()["theme"]),
            lambda i: (not i["core"], i[f"name_{language}"].casefold()),
        )
        themes = [
            (theme, [{"row": i, "records": sum(map(_stated, records[i["indicator_id"]].values()))} for i in group])
            for theme, group in listed
        ]
        yield self.simple("indicators", themes=themes, total=len(rows))
        charted = {i["indicator_id"] for i in self.comparable}
        for row in rows:
            chart = self.core.get(row["indicator_id"])
            if chart:
                chart = {
                    **chart,
                    "svg": markup(chart["svg"].replace('<a href="', '<a href="../')),
                    "marks": [replace(m, url=_up(m.url), last_url=_up(m.last_url)) for m in chart["marks"]],
                }
            elif row["indicator_id"] in charted:
                chart, file = self.drawing(row, *comparable_marks(model, row, language, "../"))
                yield file
            found = records[row["indicator_id"]]
            yield self.renderer.page(
                "indicator.html",
                f"indicators/{row['indicator_id']}.html",
                row[f"name_{language}"],
                row["definition_zh" if language == "zh" else "definition"] or row[f"name_{language}"],
                "indicators",
                row=row,
                chart=chart,
                targets=found["target"],
                results=found["result"],
                bounds=self.bounds(row, [*found["target"], *found["result"]]),
                many=len({r["year"] for r in found["target"]}) > 1,
            )

    def bounds(self, indicator: dict[str, Any], records: list[Record]) -> str:
        """Plausible bounds of an indicator with their unit, "" without any; the unit is the base unit of its records."""
        if indicator["min"] is None or indicator["max"] is None:
            return ""
        units = self.model.units
        bases = [units[r["unit_id"]]["base_unit_id"] for r in records if r["unit_id"] in units]
        bases += [u["base_unit_id"] for u in units.values() if u["dimension"] == indicator["dimension"]]
        return bounds(
            indicator["min"], indicator["max"], units.get(bases[0]) if bases else None, self.renderer.language
        )

    def coverage(self) -> tuple[str, bytes]:
        """The ledger by document and reason, and the misprints."""
        return self.simple(
            "coverage",
            closing=self.closing,
            errata=self.model.misprints,
            **coverage(self.model, self.path, self.renderer.language),
        )

    def dictionary(self) -> tuple[str, bytes]:
        """Every column of every resource, from the Table Schemas."""
        from plans.site.dictionary import resources

        return self.simple("dictionary", resources=resources(self.model, self.renderer.language))

    def rules(self) -> tuple[str, bytes]:
        """The catalogue of rules."""
        rules = list(catalogue().values())
        layers = [(layer, [r for r in rules if r.layer == layer]) for layer in LAYERS]
        return self.simple("rules", layers=layers, total=len(rules), rows=self.rows)

    def download(self) -> tuple[str, bytes]:
        """Files of the built release, where there is one, and the lines that load them."""
        from plans.loading import lines

        loading = [
            {
                "title": line.title[self.renderer.language],
                "gives": line.gives[self.renderer.language],
                "needs": line.needs[self.renderer.language],
                "code": line.code,
            }
            for line in lines(self.model.package.name)
        ]
        return self.simple("download", artifacts=self.artifacts, loading=loading, jsonld=markup(as_inline(self.jsonld)))

    def releases(self) -> tuple[str, bytes]:
        """Versions with what they changed, and the changelog."""
        from plans.site.changelog import as_html

        store = self.model.package.store
        text = store.read("CHANGELOG.md").decode("utf-8") if store.exists("CHANGELOG.md") else ""
        names = {
            r.name: r.meta.get("title_zh" if self.renderer.language == "zh" else "title") or r.name
            for r in self.model.package
        }
        return self.simple(
            "releases", releases=self.history.releases, names=names, changelog=markup(as_html(text)) if text else ""
        )


def _stated(records: list[Record]) -> int:
    """How many of the records say something."""
    return sum(1 for r in records if r["comparator"] != "not_stated")


def _up(url: str) -> str:
    """A link of the first page, from a page one folder down."""
    return f"../{url}" if url else ""
