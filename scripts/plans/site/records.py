"""The page of one record: its words, its place, how it was derived, what belongs to it, how to cite it."""

from __future__ import annotations

from collections.abc import Iterator

from plans.site.history import History
from plans.site.model import Model, Record
from plans.site.proof import parts, steps
from plans.site.quantity import base_amount, grouped_fine, part, period
from plans.site.render import Renderer


def record_pages(renderer: Renderer, history: History) -> Iterator[tuple[str, bytes]]:
    """A page for every record."""
    for record in renderer.model.records.values():
        yield record_page(renderer, record, history)


def record_page(renderer: Renderer, record: Record, history: History) -> tuple[str, bytes]:
    """The page of one record: path and bytes."""
    model, text = renderer.model, renderer.text
    observation = record.kind in ("target", "result")
    heading = renderer.indicator(record) if observation else str(record[f"name_{renderer.language}"])
    district = model.districts[record.district][f"name_{renderer.language}"]
    return renderer.page(
        "record.html",
        record.path,
        f"{heading} · {district} {record['year']}",
        f"{text('kind', record.kind)}{text('ui', 'colon')}{renderer.name(record)} ({district} {record['year']})",
        "explore",
        r=record,
        heading=heading,
        sub=record["name_zh"] if not observation and renderer.language == "en" else "",
        parts=parts(record) if observation else [(record["stated"] or "", "")],
        gap=_gaps(record),
        facts=list(_facts(renderer, record)),
        source=model.sources[record["source_id"]],
        elsewhere=[{**f, "source": model.sources[f["source_id"]]} for f in model.elsewhere(record)],
        steps=steps(model, record, renderer.language),
        links=list(_links(renderer, record)),
        errata=model.errata(record),
        history=history.events.get((record.kind, record.key), []),
        known=history.known,
        citation=citation(renderer, record),
    )


def _gaps(record: Record) -> tuple[str, str]:
    """What stands between cue and phrase, before and after it: an ellipsis unless they touch."""
    if record["cue_start"] is None or record["start"] is None:
        return "", ""
    return ("" if record["cue_end"] == record["start"] else "……", "" if record["end"] == record["cue_start"] else "……")


def _facts(renderer: Renderer, record: Record) -> Iterator[tuple[str, str]]:
    """Names and values of the columns that a reader of the page needs."""
    text, model = renderer.text, renderer.model
    unit = model.units.get(record["unit_id"] or "")
    if record.kind in ("target", "result"):
        indicator = model.indicators[record["indicator_id"]]
        yield text("page", "comparator"), f"{text('comparator', record['comparator'])} ({record['comparator']})"
        if unit:
            yield text("page", "unit"), f"{unit['symbol_zh']} · {unit['name_en']}"
            yield text("page", "value_base"), base_amount(record.row, model.units)
        yield text("page", "measure"), text("measure", indicator["measure"])
        yield text("page", "theme"), text("theme", indicator["theme"])
        if record["relative_to"]:
            to = record["relative_to"]
            yield (
                text("page", "relative_to"),
                str(model.indicators[to][f"name_{renderer.language}"])
                if to in model.indicators
                else text("yardstick", to),
            )
    if record.kind == "project":
        yield text("page", "kind"), text("project_kind", record["kind"])
        yield text("page", "category"), text("category", record["category"])
        if record["count"] is not None:
            yield text("page", "count"), str(record["count"])
        for name in ("investment", "size"):
            if record[f"{name}_value"] is not None:
                yield text("page", name), part(record.row, name, model.units, renderer.language)
        if record["investment_base"] is not None:
            yield text("page", "value_base"), f"{grouped_fine(record['investment_base'])} CNY"
    if record.kind == "initiative":
        yield text("page", "theme"), text("theme", record["theme"])
        yield text("page", "status"), text("status", record["status"])
    if record["strength"]:
        yield text("page", "strength"), text("strength", record["strength"])
    if record["period"]:
        yield text("page", "period"), period(record.row, renderer.language)
    for flag in ("headline", "hedged", "estimated", "cumulative"):
        if record[flag]:
            yield text("page", flag), text("page", "yes")


def _links(renderer: Renderer, record: Record) -> Iterator[tuple[str, Record, str]]:
    """Label, record and text of what belongs to a record."""
    model, text = renderer.model, renderer.text
    if record.kind == "target":
        last = model.last_year(record)
        if last:
            yield text("record", "last_year"), last, renderer.name(last, record["year"])
    if record.kind == "result":
        for target in model.of("target", record.district, record["indicator_id"]):
            if model.last_year(target) == record:
                yield text("record", "next_target"), target, renderer.name(target, record["year"])
    for column, kind in (("project_id", "project"), ("initiative_id", "initiative"), ("portfolio_id", "project")):
        other = (
            model.records.get((kind, record[column] or "")) if record.kind != kind or column == "portfolio_id" else None
        )
        if other:
            yield (
                text("record", "portfolio" if column == "portfolio_id" else kind),
                other,
                renderer.name(other, record["year"]),
            )
    if record.kind in ("project", "initiative"):
        for kind in ("target", "result"):
            for part_of in model.parts(record, kind):
                yield text("record", f"part_{kind}"), part_of, renderer.name(part_of, record["year"])
    if record.kind == "project":
        for member in model.members(record):
            yield text("record", "member"), member, renderer.name(member, record["year"])


def citation(renderer: Renderer, record: Record) -> str:
    """How to cite a record: who, what, which version, where it is written. An address only where the project has one."""
    model: Model = renderer.model
    descriptor = model.package.descriptor
    makers = ", ".join(str(c.get("title", "")) for c in descriptor.get("contributors", []))
    title = descriptor.get("title_zh") if renderer.language == "zh" else descriptor.get("title")
    source = model.sources[record["source_id"]]
    place = f", {record['start']}–{record['end']}" if record["start"] is not None else ""
    document = (
        f"《{source['title']}》 ({source['source_id']}{place})" if source["title"] else f"{source['source_id']}{place}"
    )
    home = str(descriptor.get("homepage") or "")
    pieces = [
        makers,
        str(title or model.package.name),
        renderer.text("ui", "version", v=model.package.version),
        str(descriptor.get("created", ""))[:10],
    ]
    pieces += [f"{record.kind} {record.key}", document, "CC BY 4.0"]
    if home:
        pieces.append(f"{home.rstrip('/')}/{renderer.folder}{record.path}")
    return ". ".join(p for p in pieces if p) + "."
