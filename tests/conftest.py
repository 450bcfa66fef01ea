"""Fixtures that every test may use: the repository, a copy of its package, its source texts where they are at hand."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from planspec.rules.source import find_sources

# A busy machine is not a fault of the code: examples are bounded in number, not in time. The same examples on every run,
# so that a change fails for what it changed; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("plans", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "plans"))

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


def copy_package(to: Path) -> Path:
    """Copy descriptor, data and schemas of the repository's package to `to`."""
    for name in ("data", "schemas"):
        shutil.copytree(ROOT / name, to / name)
    shutil.copy(ROOT / "datapackage.json", to)
    return to


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package that a test may change."""
    folder = tmp_path / "package"
    folder.mkdir()
    return copy_package(folder)


@pytest.fixture(scope="session")
def sources() -> Path:
    """Folder of the source texts; tests that need it skip where it is absent."""
    folders = find_sources(ROOT, None, os.environ.get("PLANS_SOURCES")) or ()
    folder = next((f for f in folders if any(f.glob("*.txt"))), None)
    if folder is None:
        pytest.skip("the source texts are not at hand (PLANS_SOURCES)")
    return folder
