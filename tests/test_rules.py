"""The catalogue of rules, rule by rule: each fires on its bad fixture alone, holds on the good one, and is told whole.

A fixture is a small edit of the base package in tests/fixtures/package; tests/rule_fixtures.py says how to write one.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

import rule_fixtures as fixtures
from plans.reports import render
from planspec.findings import Collector, Finding
from planspec.package import Resource, open_package
from planspec.rules.catalogue import LANGUAGES, LAYERS, SEVERITIES, Rule, catalogue
from planspec.rules.causes.index import Causes
from planspec.rules.context import Context
from planspec.rules.run import Report, validate
from planspec.rules.source import find_sources

ROOT = Path(__file__).resolve().parents[1]
IDS = sorted(catalogue())
PREFIX = {"structure": "S1", "row": "R2", "package": "P3", "source": "T4"}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
HAN = re.compile(r"[一-鿿]")
DOCS = {"en": "docs/rules.md", "zh": "docs/rules.zh.md"}


def fixture_files(kind: str) -> list[Path]:
    """All bad or good fixtures, rule by rule."""
    return sorted(fixtures.RULES.glob(f"*/{kind}*.toml"))


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def judge(folder: Path, path: Path | None = None) -> tuple[Report, int]:
    """Validate the base package with a fixture's edits; and how many findings the fixture announces."""
    fixture = fixtures.load(path) if path else fixtures.Fixture([], 0)
    package = fixtures.assemble(folder, fixture.edits)
    return validate(package, package / "sources" if fixture.texts else None), fixture.findings


def told(report: Report) -> str:
    """Findings as one reads them, for a failing test."""
    lines = [
        f"{f.rule} {f.file}:{f.line}:{f.column} [{f.key}] {catalogue()[f.rule].render(f.params)}"
        for f in report.findings
    ]
    return "\n".join(lines) or "no finding"


def test_every_rule_holds_on_the_base_package(tmp_path: Path) -> None:
    report, _ = judge(tmp_path)
    assert not report.findings, told(report)
    idle = [rule for rule in IDS if not report.rows.get(rule)]
    assert not idle, f"the base package has no row that {idle} could fail: add one to tests/fixtures/package"
    assert not report.skipped and not report.missing_texts


BAD = fixtures.batches(fixture_files("bad"), 4)
GOOD = fixtures.batches(fixture_files("good"), 12)


def names_of(paths: list[Path]) -> str:
    return "+".join(map(name_of, paths))


@pytest.mark.parametrize("paths", BAD, ids=names_of)
def test_bad_fixtures_fire_their_rules_and_no_other(paths: list[Path], tmp_path: Path) -> None:
    """A few at once, on rows of their own; where the sum is not what they announce, each is judged by itself."""
    if len(paths) > 1:
        report = judge_together(tmp_path / "all", paths)
        announced: Counter[str] = Counter()
        for path in paths:
            announced[path.parent.name] += fixtures.load(path).findings
        check_findings(report)
        if report.counts == announced:
            return
    for path in paths:
        check_bad(path, tmp_path / name_of(path))


def check_bad(path: Path, folder: Path) -> None:
    """Judge a bad fixture by itself."""
    report, announced = judge(folder, path)
    expected = path.parent.name
    assert {f.rule for f in report.findings} == {expected}, (
        f"{name_of(path)} must fire {expected} alone, but fired:\n{told(report)}\n"
        f"If another rule only repeats what {expected} says, name {expected} in its `follows`"
    )
    assert len(report.findings) == announced, f"one wrong place, {len(report.findings)} findings:\n{told(report)}"
    assert report.counts == {expected: announced}
    check_findings(report)


def check_findings(report: Report) -> None:
    for finding in report.findings:
        for language in LANGUAGES:
            check_rendered(finding.rule, finding.params, language)
        assert finding.file, "a finding names its file"


def judge_together(folder: Path, paths: list[Path]) -> Report:
    """Validate the base package with the edits of several fixtures that touch different rows."""
    all_of_them = [fixtures.load(path) for path in paths]
    package = fixtures.assemble(folder, [edit for fixture in all_of_them for edit in fixture.edits])
    return validate(package, package / "sources" if all_of_them[0].texts else None)


def check_rendered(rule: str, params: dict[str, object], language: str) -> None:
    """Every placeholder of the message is filled by the finding, with a value a person can read."""
    wanted = set(PLACEHOLDER.findall(catalogue()[rule].message[language]))
    missing = wanted - set(params)
    assert not missing, f"{rule}: the finding passes no {sorted(missing)}, which message.{language} shows"
    unread = {name for name in wanted if params[name] is None}
    assert not unread, f"{rule}: {sorted(unread)} would show as None; pass text"
    text = catalogue()[rule].render(params, language)
    assert "None" not in text and "nan" not in text.split(), text
    if language == "zh":
        english = re.search(r"\b[a-z]{2,} [a-z]{2,}", re.sub(r"“[^”]*”|`[^`]*`", "", text))
        assert not english, (
            f"{rule}: the Chinese message holds “{english.group()}”: add it to `terms` of the rule: {text}"
        )


@pytest.mark.parametrize("paths", GOOD, ids=names_of)
def test_good_fixtures_fire_nothing(paths: list[Path], tmp_path: Path) -> None:
    """Several at once; where something fires, each is judged by itself."""
    together = judge_together(tmp_path / "all", paths) if len(paths) > 1 else None
    for path in paths if together is None or fired(together, paths) else ():
        report, _ = judge(tmp_path / name_of(path), path)
        assert not fired(report, [path]), f"{name_of(path)} is sound, but fired:\n{told(report)}"


def fired(report: Report, paths: list[Path]) -> set[str]:
    """Rules that fired; good fixtures of others may write a number longer than need be, since it is the same number."""
    own = {path.parent.name for path in paths}
    return {f.rule for f in report.findings if f.rule != "S123" or "S123" in own}


@pytest.mark.parametrize("rule", IDS)
def test_every_rule_has_fixtures(rule: str) -> None:
    for kind in ("bad", "good"):
        files = sorted((fixtures.RULES / rule).glob(f"{kind}*.toml"))
        assert files, (
            f"{rule} has no {kind} fixture: add tests/fixtures/rules/{rule}/{kind}.toml (see rule_fixtures.py)"
        )
        for file in files:
            first = file.read_text(encoding="utf-8").splitlines()[0]
            assert first.startswith("# "), f"{file.name} of {rule}: say on its first line, after #, what it is about"


def test_no_fixture_without_a_rule() -> None:
    strays = {p.name for p in fixtures.RULES.iterdir()} - set(IDS)
    assert not strays, f"{sorted(strays)} are no rules of the catalogue: rename or remove their fixtures"
    odd = [
        name_of(p) for p in fixtures.RULES.glob("*/*") if not re.fullmatch(r"(?:bad|good)(?:-[a-z0-9]+)*\.toml", p.name)
    ]
    assert not odd, f"{odd} are neither bad*.toml nor good*.toml, so no test reads them"


@pytest.mark.parametrize("rule", catalogue().values(), ids=lambda r: r.id)
def test_texts_are_whole_in_two_languages(rule: Rule) -> None:
    for part in ("title", "message", "why", "mend", *(["idle"] if rule.idle else [])):
        texts: dict[str, str] = getattr(rule, part)
        assert set(texts) == set(LANGUAGES), f"{rule.id}: {part} needs {', '.join(f'{part}.{c}' for c in LANGUAGES)}"
        for language, text in texts.items():
            assert text.strip() == text and len(text) > 5, f"{rule.id}: {part}.{language} is empty or has stray blanks"
            assert text[-1] in {"en": ".”)", "zh": "。”）"}[language], f"{rule.id}: {part}.{language} ends mid-sentence"
        assert HAN.search(texts["zh"]), f"{rule.id}: {part}.zh is not Chinese"
        assert len(HAN.findall(texts["en"])) < len(texts["en"]) / 2, f"{rule.id}: {part}.en is not English"
    for part in ("title", "why", "mend"):
        assert "{" not in getattr(rule, part)["en"] + getattr(rule, part)["zh"], (
            f"{rule.id}: only messages have placeholders"
        )


@pytest.mark.parametrize("rule", catalogue().values(), ids=lambda r: r.id)
def test_record_of_the_rule_is_sound(rule: Rule) -> None:
    assert re.fullmatch(rf"{PREFIX[rule.layer]}\d\d", rule.id), (
        f"{rule.id}: ids of layer {rule.layer} begin with {PREFIX[rule.layer]}"
    )
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", rule.name), f"{rule.id}: the name is words with hyphens"
    assert rule.severity in SEVERITIES and rule.layer in LAYERS
    resources = resources_of_the_package()
    for name in rule.resources:
        assert name == "*" or name in resources, f"{rule.id} reads {name}, which the package does not have"
    named = [resources[n] for n in rule.resources if n != "*"]
    for column in rule.columns:
        known = column.startswith("_") or any(column in r.columns for r in named)
        assert known, f"{rule.id} reads {column}, which none of {rule.resources} has"
    for kind in ("bad", "good"):
        check_example(rule, kind)
    unknown = set(rule.follows) - set(catalogue())
    assert not unknown, f"{rule.id} follows {unknown}, which are no rules"


def check_example(rule: Rule, kind: str) -> None:
    """The worked row of a rule names columns that there are."""
    example = getattr(rule, kind)
    assert example, f"{rule.id} has no {kind} row: add `{kind} = {{ resource = …, column = … }}` to its record"
    if rule.layer == "structure":
        return
    resources = resources_of_the_package()
    for cell in example.keys() - {"resource"}:
        name, _, column = cell.rpartition(".")
        place = name or example["resource"]
        fits = column.startswith("line ") or column in resources[place].columns
        assert fits, f"{rule.id}: its {kind} row has `{cell}`, which {place} does not"


def test_names_are_unique() -> None:
    names = [r.name for r in catalogue().values()]
    twice = {n for n in names if names.count(n) > 1}
    assert not twice, f"{sorted(twice)} name two rules each; a name tells a rule from the others"


def test_no_rule_explains_itself() -> None:
    """`follows` runs in one direction, or two findings could withdraw each other."""

    def reach(rule: str, path: tuple[str, ...]) -> None:
        assert rule not in path, f"`follows` runs in a circle: {' → '.join((*path, rule))}"
        for cause in catalogue()[rule].follows:
            reach(cause, (*path, rule))

    for rule in IDS:
        reach(rule, ())


def test_what_follows_from_a_finding_is_counted_and_left_out(tmp_path: Path) -> None:
    report, _ = judge(tmp_path, fixtures.RULES / "R230" / "bad.toml")
    assert report.facts["explained"] >= 2, "value_base and the ledger disagree with a mistyped value too"
    assert sum(report.counts.values()) == len(report.findings) == 1


def test_a_rule_turned_down_explains_no_error(tmp_path: Path) -> None:
    """Turning a rule down must not take with it the errors that it would have explained."""
    fixture = fixtures.load(fixtures.RULES / "R230" / "bad.toml")
    package = fixtures.assemble(tmp_path, fixture.edits)
    lowered = '[[lower]]\nrule = "R230"\nseverity = "info"\nreason = "under review"\n'
    (package / "plans.toml").write_text(lowered, encoding="utf-8")
    report = validate(package, package / "sources")
    assert report.count("info") == 1
    assert report.count("error") >= 1 and not report.holds, told(report)


def test_of_findings_that_explain_one_another_the_weightiest_stays() -> None:
    collector = Collector()
    first, second, third = (
        Finding(rule, "targets", "data/targets.csv", 2, "value", "k") for rule in ("P340", "R230", "R206")
    )
    for finding in (first, second, third):
        collector.add(finding)
    causes = Causes(Context(open_package(ROOT), {}, collector), {})
    causes.explain(third.place, second.place)
    causes.explain(second.place, third.place)
    causes.explain(first.place, third.place)
    causes.explain(second.place, first.place)
    assert causes.effects() in ({first.place, second.place}, {first.place, third.place})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_documented(language: str) -> None:
    page = (ROOT / DOCS[language]).read_text(encoding="utf-8")
    lost = [r.id for r in catalogue().values() if f"### {r.id} {r.name}\n" not in page or r.title[language] not in page]
    assert not lost, f"{DOCS[language]} lacks {lost}: run `make docs` and commit the result"


@lru_cache(maxsize=1)
def resources_of_the_package() -> dict[str, Resource]:
    return open_package(ROOT).resources


@lru_cache(maxsize=1)
def shipped() -> Report:
    return validate(ROOT, find_sources(ROOT, None, os.environ.get("PLANS_SOURCES")))


def test_a_rule_that_no_shipped_row_could_fail_says_why() -> None:
    """Such a rule has proved nothing yet; the catalogue says so in `idle`, and no longer once rows come."""
    report = shipped()
    judged = [r for r in catalogue().values() if r.id not in report.skipped]
    silent = [r.id for r in judged if not report.rows.get(r.id) and not r.idle]
    assert not silent, f"no shipped row could fail {silent}: say why in `idle.en` and `idle.zh` of their records"
    stale = [r.id for r in judged if report.rows.get(r.id) and r.idle]
    assert not stale, f"shipped rows can fail {stale} now: remove `idle` from their records"


@pytest.mark.parametrize(
    ("district", "source", "start", "found"), [("990103", "902", 69, 0), ("990102", "901", 258, 1)]
)
def test_a_document_on_several_districts_counts_where_it_tells_of_the_own(
    tmp_path: Path, district: str, source: str, start: int, found: int
) -> None:
    """生产总值增长 stands in the report only where it tells of 990102, and in the digest where it tells of each."""
    words = {"stated": "生产总值增长", "name_zh": "生产总值增长", "name_en": "Growth", "note": ""}
    place = {"source_id": source, "start": str(start), "end": str(start + 6), "district_code": district}
    key = f"{district}-2025-growth"
    package = fixtures.assemble(
        tmp_path,
        [
            {"resource": "coverage", "like": "901/990102", "add": {"district_code": "990103"}},
            {
                "resource": "initiatives",
                "like": "990102-2025-lantern-fair",
                "add": {"initiative_id": key, **words, **place},
            },
        ],
    )
    report = validate(package, package / "sources")
    assert [f.rule for f in report.findings if f.rule in ("T403", "T418") and f.key == key] == ["T418"] * found


@pytest.mark.parametrize(
    ("reason", "rules"), [("", ["T408"]), ("standing figure", []), ("enumeration", ["T409"]), ("ordinal", ["T409"])]
)
def test_two_numbers_in_one_numeral_are_a_figure_of_no_record(tmp_path: Path, reason: str, rules: list[str]) -> None:
    """两三家 must be in the ledger, and nothing but a standing figure: no column can hold both numbers."""
    name = "sources/901-yunqiao-report.txt"
    before = fixtures.base()[name].decode("utf-8")
    text = before + "引进企业两三家。"
    changed = {"sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(), "characters": str(len(text))}
    edits = [
        {"file": name, "content": text},
        {"resource": "sources", "key": "901", "set": changed},
    ]
    if reason:
        place = {"source_id": "901", "start": str(len(before) + 4), "end": str(len(before) + 6), "part": "1"}
        told = {"printed": "两三", "role": "context", "reason": reason}
        edits.append({"resource": "figures", "add": place | told})
    package = fixtures.assemble(tmp_path, edits)
    assert [f.rule for f in validate(package, package / "sources").findings] == rules


@pytest.mark.parametrize(
    ("resource", "key", "cells", "place"),
    [
        ("targets", "990102-2025-listed-firms", {"cue": ""}, "R241 cue"),
        ("targets", "990102-2025-listed-firms", {"cue_start": ""}, "R241 cue_start"),
        ("targets", "990102-2025-listed-firms", {"cue_end": ""}, "R241 cue_end"),
        ("targets", "990102-2025-listed-firms", {"cue_start": "", "cue_end": ""}, "R241 cue_start"),
        ("targets", "990102-2025-listed-firms", {"cue": "", "cue_end": ""}, "R241 cue_start"),
        ("targets", "990102-2025-listed-firms", {"cue": "", "cue_start": ""}, "R241 cue_end"),
        ("errata", "902/94", {"reading": "智彗农业"}, "R291 reading"),
        ("errata", "902/94", {"end": "95"}, "R291 start"),
        ("units", "percent", {"symbol_zh": "%%"}, "R263 symbol_zh"),
        ("units", "percent", {"ucum": "1"}, "R263 ucum"),
        ("targets", "990102-2025-gdp-growth", {"value": "9" * 400}, "S115 value"),
    ],
)
def test_a_finding_names_the_column_to_mend(
    tmp_path: Path, resource: str, key: str, cells: dict[str, str], place: str
) -> None:
    package = fixtures.assemble(tmp_path, [{"resource": resource, "key": key, "set": cells}])
    report = validate(package, package / "sources")
    assert [f"{f.rule} {f.column}" for f in report.findings] == [place], told(report)


def test_a_symbol_that_is_no_unit_is_told_with_the_right_one(tmp_path: Path) -> None:
    package = fixtures.assemble(tmp_path, [{"resource": "units", "key": "percent", "set": {"symbol_zh": "%%"}}])
    (finding,) = validate(package, package / "sources").findings
    said = catalogue()["R263"].render(finding.params)
    assert said == "%% stands for something else than “%”; expected: %."


def test_a_missing_figure_is_told_with_its_place_in_the_ledger(tmp_path: Path) -> None:
    whole = fixtures.assemble(tmp_path / "whole")
    lines = (whole / "data/figures.csv").read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if ",context," in line and ",ordinal," not in line)
    package = fixtures.assemble(tmp_path / "lost", [{"file": "data/figures.csv", "replace": [lines[at] + "\n", ""]}])
    found = [f for f in validate(package, package / "sources").findings if f.rule in ("T407", "T408")]
    assert [f.params["after"] for f in found] == [at]
    assert f",line={at}," in render(validate(package, package / "sources"), "github", "en")


def test_a_span_of_another_document_names_it(tmp_path: Path) -> None:
    coverage = {"resource": "coverage", "key": "901/990102", "set": {"source_id": "902"}}
    package = fixtures.assemble(tmp_path, [coverage])
    found = [f for f in validate(package, package / "sources").findings if f.rule == "T411"]
    assert [f.column for f in found] == ["source_id"]
    assert "in document 901 it would be sound" in catalogue()["T411"].render(found[0].params)
    assert "在文件 901 中则是" in catalogue()["T411"].render(found[0].params, "zh")
