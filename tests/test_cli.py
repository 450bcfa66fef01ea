"""The command as people run it: exit codes, output on the right stream, bad input without a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import copy_package

HOLDS, DOES_NOT, CANNOT_TELL = 0, 1, 2


def plans(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `plans` as a process of its own, without source texts unless the test names them."""
    env = {**os.environ, "PLANS_SOURCES": "", "LC_ALL": "C.UTF-8", **environment}
    command = [sys.executable, "-m", "plans", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env=env, cwd=cwd, timeout=120, check=False
    )


def test_the_package_holds_without_the_texts(package: Path) -> None:
    done = plans("validate", package)
    assert done.returncode == HOLDS, done.stdout
    assert "The data hold." in done.stdout
    assert "no source text at hand" in done.stdout
    assert "T407" in done.stdout


def test_the_package_holds_with_the_texts(package: Path, sources: Path) -> None:
    done = plans("validate", package, "--sources", sources)
    assert done.returncode == HOLDS, done.stdout
    assert "skipped" not in done.stdout


def test_a_wrong_unit_is_one_finding_on_its_line(package: Path) -> None:
    path = package / "data" / "targets.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("370212-2025-gdp-growth,"))
    lines[at] = lines[at].replace(",percent,", ",percentage-point,")
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    done = plans("validate", package, "--format", "github")
    assert done.returncode == DOES_NOT
    annotations = done.stdout.strip().split("\n")
    assert len(annotations) == 1, done.stdout
    assert annotations[0].startswith(f"::error file=data/targets.csv,line={at + 1},"), done.stdout


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A package with many wrong rows, and how many errors the JSON report counts."""
    package = copy_package(tmp_path_factory.mktemp("faulty"))
    path = package / "data" / "results.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",eq,", ",lt,"), encoding="utf-8", newline="")
    return package, json.loads(plans("validate", package, "--format", "json").stdout)["counts"]["error"]


@pytest.mark.parametrize("format", ["text", "json", "sarif", "markdown", "html", "github"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_counts_are_the_same_in_every_form(faulty: tuple[Path, int], format: str, language: str) -> None:
    package, exact = faulty
    assert exact > 20
    done = plans("validate", package, "--format", format, "--lang", language, "--limit", "3")
    assert done.returncode == DOES_NOT
    if format == "sarif":
        assert sum(json.loads(done.stdout)["runs"][0]["properties"]["counts"].values()) == exact
    elif format == "json":
        assert json.loads(done.stdout)["counts"]["error"] == exact
    elif format == "github":
        listed = done.stdout.count("::error file=")
        more = sum(
            int(w)
            for line in done.stdout.split("\n")
            if line.startswith("::error title=")
            for w in line.split("::")[-1].split()[:1]
        )
        assert listed + more == exact
    else:
        assert str(exact) in done.stdout


def _descriptor(package: Path, edit) -> None:
    path = package / "datapackage.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content), encoding="utf-8")


CASES = {
    "descriptor is not JSON": (lambda p: (p / "datapackage.json").write_text("{", encoding="utf-8"), "S101"),
    "descriptor is a list": (lambda p: (p / "datapackage.json").write_text("[]", encoding="utf-8"), "S101"),
    "descriptor without resources": (lambda p: _descriptor(p, lambda d: d.pop("resources")), "S102"),
    "path leaves the package": (lambda p: _descriptor(p, lambda d: d["resources"][0].update(path="../x.csv")), "S103"),
    "absolute path": (lambda p: _descriptor(p, lambda d: d["resources"][0].update(path="/etc/passwd")), "S103"),
    "file is missing": (lambda p: (p / "data/targets.csv").unlink(), "S103"),
    "GBK": (
        lambda p: (p / "data/districts.csv").write_bytes((p / "data/districts.csv").read_text("utf-8").encode("gbk")),
        "S104",
    ),
    "UTF-16": (
        lambda p: (p / "data/districts.csv").write_bytes(
            (p / "data/districts.csv").read_text("utf-8").encode("utf-16")
        ),
        "S104",
    ),
    "NUL": (lambda p: (p / "data/units.csv").write_bytes((p / "data/units.csv").read_bytes() + b"\x00"), "S104"),
    "BOM": (
        lambda p: (p / "data/units.csv").write_bytes(b"\xef\xbb\xbf" + (p / "data/units.csv").read_bytes()),
        "S104",
    ),
    "missing column": (lambda p: _cut(p / "data/retired.csv", ",reason"), "S106"),
    "extra column": (lambda p: _cut(p / "data/retired.csv", "reason", "reason,more"), "S106"),
    "empty file": (lambda p: (p / "data/retired.csv").write_bytes(b""), "S107"),
    "short row": (lambda p: _append(p / "data/errata.csv", "001,5\n"), "S108"),
    "unclosed quote": (lambda p: _append(p / "data/errata.csv", '"001,5\n'), "S108"),
}


def _cut(path: Path, old: str, new: str = "") -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8", newline="")


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", newline="") as stream:
        stream.write(text)


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_a_finding(package: Path, case: str) -> None:
    damage, rule = CASES[case]
    damage(package)
    done = plans("validate", package, "--format", "json")
    assert done.returncode == DOES_NOT, done.stderr
    assert "Traceback" not in done.stderr
    findings = json.loads(done.stdout)["findings"]
    assert rule in {f["rule"] for f in findings}
    named = next(f for f in findings if f["rule"] == rule)
    assert named["file"]
    assert named["message"]
    assert named["mend"]


def test_nothing_there_is_could_not_tell(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        done = plans("validate", path)
        assert done.returncode == CANNOT_TELL
        assert "Traceback" not in done.stderr
        assert "to mend" in done.stderr


def test_a_link_out_of_the_package_is_refused(package: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("id\n", encoding="utf-8")
    target = package / "data" / "retired.csv"
    target.unlink()
    target.symlink_to(outside)
    done = plans("validate", package)
    assert done.returncode == CANNOT_TELL
    assert "outside the package" in done.stderr


def test_a_zip_is_validated_as_it_is(package: Path, tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(package.rglob("*")):
            if path.is_file():
                out.write(path, path.relative_to(package).as_posix())
    assert plans("validate", archive).returncode == HOLDS


def test_a_zip_bomb_is_refused(package: Path, tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(package.rglob("*")):
            if path.is_file() and path.name != "targets.csv":
                out.write(path, path.relative_to(package).as_posix())
        out.writestr("data/targets.csv", b"0" * 50_000_000)
    done = plans("validate", archive)
    assert done.returncode == CANNOT_TELL
    assert "zip bomb" in done.stderr


def test_every_command_has_help_that_ends_in_an_example() -> None:
    import typer

    from plans.cli import app

    commands = dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined] # a typer app is a click group
    assert commands
    commands |= {
        f"{name} {c}": sub for name, group in commands.items() for c, sub in vars(group).get("commands", {}).items()
    }
    for name, command in commands.items():
        text = (command.help or "").strip()
        assert text.splitlines()[-1].strip().startswith(f"Example: plans {name}"), (
            f"{name}: end its docstring with an example"
        )


def test_unknown_format_names_the_ones_there_are(package: Path) -> None:
    done = plans("validate", package, "--format", "pdf")
    assert done.returncode == CANNOT_TELL
    assert "sarif" in done.stderr


def test_a_rule_turned_down_is_shown_with_its_reason(package: Path) -> None:
    _append(package / "data/units.csv", "zzz,锅,pot,count,item,1,,\n")
    assert "units has 57 rows, not 56" in plans("format", package).stdout
    assert plans("validate", package).returncode == HOLDS
    assert "1 warnings" in plans("validate", package).stdout
    (package / "plans.toml").write_text(
        '[[lower]]\nrule = "P340"\nseverity = "info"\nreason = "Kept for next year."\n', encoding="utf-8"
    )
    done = plans("validate", package)
    assert "0 warnings, 1 notes" in done.stdout
    assert "Kept for next year." in done.stdout
    (package / "plans.toml").write_text('[[lower]]\nrule = "P340"\nseverity = "info"\n', encoding="utf-8")
    assert plans("validate", package).returncode == CANNOT_TELL


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_report_that_cannot_be_written_is_told(package: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "plans", "validate", str(package)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == CANNOT_TELL
    assert done.stderr.startswith("plans could not tell: the report cannot be written")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("faulty", [False, True])
def test_a_reader_that_leaves_early_does_not_change_the_answer(package: Path, faulty: bool) -> None:
    if faulty:
        path = package / "data" / "results.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(",eq,", ",lt,"), encoding="utf-8", newline="")
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "plans", "validate", str(package), "--format", "json"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=120, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (DOES_NOT if faulty else HOLDS, b"")


def test_a_long_report_comes_whole_though_the_process_ends_at_once(package: Path) -> None:
    path = package / "data" / "figures.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",context,", ",contxt,"), encoding="utf-8", newline="")
    done = plans("validate", package, "--format", "json", "--limit", "100000")
    assert done.returncode == DOES_NOT
    assert len(done.stdout) > 100_000
    assert json.loads(done.stdout)["findings"]


@pytest.mark.parametrize("to", ["user@host.1:2", ".#targets.csv", "loop.csv"])
@pytest.mark.parametrize("name", [".#targets.csv", "loop.csv"])
def test_a_link_to_nowhere_beside_the_tables_is_no_table(package: Path, name: str, to: str) -> None:
    """Emacs leaves such a link while a file is edited."""
    (package / "data" / name).symlink_to(to)
    done = plans("validate", package)
    assert (done.returncode, done.stderr) == (HOLDS, "")


def test_where_the_locale_is_chinese_errors_are_too(package: Path, tmp_path: Path) -> None:
    done = plans("validate", tmp_path / "none", LC_ALL="zh_CN.UTF-8")
    assert done.returncode == CANNOT_TELL
    assert (
        done.stderr
        == f"plans 无法判断: {tmp_path / 'none'} 不存在\n  修改办法: 请给出文件夹、datapackage.json 或 zip\n"
    )
    done = plans("validate", package, "--lang", "zh")
    assert "没有原文" in done.stdout and "no source text" not in done.stdout
    (package / "data/units.csv").write_bytes(b"\xef\xbb\xbf" + (package / "data/units.csv").read_bytes())
    done = plans("format", package, "--lang", "zh")
    assert done.stdout == "data/units.csv: 带 BOM 的 UTF-8 → UTF-8\n"
    assert plans("format", package, "--lang", "zh").stdout == "所有文件都已是规范写法。\n"


def test_what_the_system_refuses_is_no_traceback(package: Path) -> None:
    done = plans("validate", "a" * 300)
    assert done.returncode == CANNOT_TELL and "name too long" in done.stderr and "Traceback" not in done.stderr
    (package / "data/units.csv").unlink()
    (package / "data/units.csv").symlink_to("units.csv")
    for command in ("validate", "format"):
        done = plans(command, package)
        assert done.returncode == CANNOT_TELL and "Traceback" not in done.stderr
        assert "data/units.csv is a link that leads nowhere" in done.stderr or "loop" in done.stderr
