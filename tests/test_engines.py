"""What is said where the engine asked for cannot be had; none of it needs Spark."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from planspec.errors import CannotTell
from planspec.rules.run import Spark, validate


def test_without_the_extra_the_mend_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [m for m in sys.modules if m.split(".")[0] in ("pyspark", "py4j")] + ["pyspark", "py4j", "pyspark.sql"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(CannotTell, match="needs pyspark") as told:
        validate(root, None, 10, Spark())
    assert "[spark]" in told.value.mend


def test_without_java_the_mend_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed (the extra spark)")
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(CannotTell, match="needs Java"):
        validate(root, None, 10, Spark())


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--master", "local[2]"], "add --engine spark"), (["--engine", "dask"], "polars, spark")],
)
def test_options_that_make_no_sense_are_told(root: Path, options: list[str], words: str) -> None:
    from plans.cli import app

    done = CliRunner().invoke(app, ["validate", str(root), *options])
    assert done.exit_code == 2
    assert words in done.output
