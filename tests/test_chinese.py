"""Every sentence of the commands has its Chinese: they are gathered from the code, so that none is forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from plans.chinese import sentences, translated
from planspec.rules.catalogue import catalogue

ROOT = Path(__file__).resolve().parents[1]
APART = ("bench", "mutation", "scan_eval.py", "scan_invariants.py", "scan_labels.py")
"""Tools of the project's own workshop, which speak English."""
RAISED = {"CannotTell": 0, "Fault": 1}
"""Calls whose texts a person reads, and the first argument that is one."""
WHOLE = ("canonical.py", "counts.py", "spreadsheet.py")
"""Modules of which every text is shown."""
LOCAL = {"what", "note"}
"""Names that texts have before they are shown."""
UNSEEN = {
    "end of data",
    "expected after",
    "columns missing",
    "columns unknown",
    "columns there twice",
    "columns without a name",
}
"""Parts of texts in these modules, which are told with what follows them, and words looked for."""
WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}")


def templates(node: ast.expr) -> list[str]:
    """The texts that an expression may give, with `{}` for what is put in; none where it is a name."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        made = [""]
        for part in node.values:
            inner = templates(part) if isinstance(part, ast.Constant) else ["{}"]
            made = [a + b for a in made for b in inner]
        return made
    if isinstance(node, ast.IfExp):
        return templates(node.body) + templates(node.orelse)
    if isinstance(node, ast.BinOp):
        return [a + b for a in templates(node.left) for b in templates(node.right)]
    return []


def told_in(tree: ast.Module, *, whole: bool) -> Iterator[str]:
    """Templates of the texts that a module shows: errors, faults, notes, reasons to skip a rule."""
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    prose = {
        id(part)
        for node in ast.walk(tree)
        for part in ast.walk(node)
        if isinstance(node, ast.JoinedStr) and part is not node
    }
    for node in ast.walk(tree):
        if isinstance(node, documented) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.Expr):
                    prose.add(id(child.value))
            if isinstance(node, ast.Expr):
                prose.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in RAISED:
                yield from (t for a in node.args[RAISED[name] :] for t in templates(a))
            elif name in ("append", "setdefault") and ast.unparse(node.func).split(".")[-2] in ("notes", "skipped"):
                yield from templates(node.args[-1])
        elif isinstance(node, ast.Assign):
            target = ast.unparse(node.targets[0])
            if target in LOCAL or "skipped[" in target or target == "AGAIN":
                yield from templates(node.value)
            elif target == "SKIPPED" and isinstance(node.value, ast.Dict):
                yield from (t for value in node.value.values for t in templates(value))
        if whole and isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in prose:
            yield from (t for t in templates(node) if WORDS.search(t))


def gathered() -> dict[str, str]:
    """Every template with the module it stands in."""
    found: dict[str, str] = {}
    for folder in ("scripts/plans", "validators/planspec"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            inside = path.relative_to(ROOT / folder)
            if inside.parts[0] not in APART:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found |= dict.fromkeys(told_in(tree, whole=path.name in WHOLE), path.name)
    return found


def english_in(text: str) -> str:
    """Words of English that a Chinese text still has, names and commands in backticks aside."""
    left = WORDS.search(re.sub(r"`[^`]*`|“[^”]*”", "", text))
    return left.group() if left else ""


def test_every_sentence_has_its_chinese() -> None:
    lost = []
    for template, module in gathered().items():
        sample = re.sub(r"\{\}", lambda _: "Q7", template)
        if template not in UNSEEN and english_in(translated(sample, "zh")):
            lost.append(f"{module}: {template!r}")
    assert not lost, "add these to scripts/plans/chinese.toml:\n" + "\n".join(sorted(lost))


@pytest.mark.parametrize(("english", "chinese"), sentences().items())
def test_each_pair_puts_in_the_same_parts(english: str, chinese: str) -> None:
    places = {int(n) for n in re.findall(r"\{(\d+)\}", chinese)}
    assert places == set(range(1, english.count("{}") + 1)), "each part of the English must stand in the Chinese"
    assert not english_in(chinese), "a command in the Chinese stands in backticks"
    parts = [f"Q{n}" for n in range(1, english.count("{}") + 1)]
    assert translated(english.replace("{}", "%s") % tuple(parts), "zh") == re.sub(
        r"\{(\d+)\}", lambda m: parts[int(m[1]) - 1], chinese
    )


def test_a_place_stays_before_its_sentence() -> None:
    said = "data/targets.csv:37:value: '1E+03': digits may be lost in the exponent form; type the value again"
    assert translated(said, "zh") == "data/targets.csv:37:value: '1E+03': 科学计数法可能已丢失数位；请重新录入"
    assert translated(said, "en") == said
    assert translated("what another program says: no", "zh") == "what another program says: no"


def parts_of_messages() -> Iterator[tuple[str, str, str]]:
    """Rule, parameter and template of each text that code puts into the message of a rule."""
    for path in sorted((ROOT / "validators/planspec").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            rule, given = node.args[0].value, list(node.keywords)
            for keyword in node.keywords:
                if keyword.arg == "params" and isinstance(keyword.value, ast.Dict):
                    names = zip(keyword.value.keys, keyword.value.values, strict=True)
                    given += [ast.keyword(k.value, v) for k, v in names if isinstance(k, ast.Constant)]
            for keyword in given if rule in catalogue() else ():
                yield from ((rule, str(keyword.arg), text) for text in templates(keyword.value))


def faults_of_descriptors() -> Iterator[tuple[str, str, str]]:
    """The same for what is wrong with a descriptor, which is gathered before it is told as S102."""
    for name in ("package.py", "soundness.py"):
        tree = ast.parse((ROOT / "validators/planspec" / name).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            added = node.value if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == "wrong" else None
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "wrong.append":
                added = node.args[0]
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "why":
                added = node.value
            if isinstance(added, ast.ListComp):
                added = added.elt
            yield from (("S102", "why", text) for text in (templates(added) if added is not None else ()))


def test_every_part_of_a_message_has_its_chinese() -> None:
    gathered_ = [*parts_of_messages(), *faults_of_descriptors()]
    assert len(gathered_) > 25
    lost = []
    for rule, name, template in gathered_:
        sample = template.replace("{}", "7")
        said = catalogue()[rule].render({name: sample}, "zh")
        if WORDS.search(sample) and sample in said:
            lost.append(f"{rule}: {name} = {template!r}")
    assert not lost, "add these to `terms` of their rules:\n" + "\n".join(lost)


@pytest.mark.parametrize(
    ("rule", "params", "said"),
    [
        ("P303", {"cell": "a", "resource": "targets", "why": "is still a key of"}, "`a` 仍是 targets 表的键。"),
        ("P303", {"cell": "a", "resource": "targets", "why": "is no key of"}, "`a` 不是 targets 表的键。"),
        (
            "T404",
            {"cell": "力争", "start": 3, "end": 5, "found": "elsewhere"},
            "提示语“力争”不在短语所在句的 3–5：找到的是“别处”。",
        ),
    ],
)
def test_causes_are_told_in_chinese(rule: str, params: dict[str, object], said: str) -> None:
    assert catalogue()[rule].render(params, "zh") == said
