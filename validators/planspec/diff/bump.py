"""Levels of change and version numbers: which step a change demands, and which step a version takes."""

from __future__ import annotations

from planspec.soundness import LONGEST, VERSION

LEVELS = ("none", "patch", "minor", "major")
"""Steps of a version, weakest first."""

LEVEL_OF = {
    "package_renamed": "major",
    "licence_changed": "major",
    "resource_removed": "major",
    "resource_renamed": "major",
    "resource_emptied": "major",
    "encoding_changed": "major",
    "relocated": "major",
    "field_added": "major",
    "field_removed": "major",
    "field_renamed": "major",
    "fields_reordered": "major",
    "field_retyped": "major",
    "constraint_tightened": "major",
    "key_changed": "major",
    "reference_added": "major",
    "key_gone": "major",
    "key_renamed": "major",
    "meaning_changed": "major",
    "key_reused": "major",
    "resource_added": "minor",
    "rows_added": "minor",
    "constraint_loosened": "minor",
    "reference_removed": "minor",
    "reference_moved": "minor",
    "reference_followed": "minor",
    "corrected": "patch",
    "row_withdrawn": "patch",
    "described": "patch",
    "rewritten": "patch",
    "reordered": "patch",
}
"""Every kind of change and the step it demands.

Source: the recipe "Data Package Version" of the Data Package standard. Beyond its list: the terms of use, the encoding
or dialect of a file, its path (scripts load a file by it), a table that lost all its rows and a withdrawn key that is used
again break a consumer as surely as a renamed field does, so they are major; a row that follows a key renamed elsewhere is the recipe's "data changed to
reflect changes in referenced data", so it is minor.
"""


def parse_version(text: str) -> tuple[int, int, int]:
    """`1.2.3` → (1, 2, 3). Raises `ValueError` for anything but three plain numbers."""
    match = VERSION.fullmatch(text)
    if not match or len(text) > LONGEST:
        raise ValueError(text)
    return int(match[1]), int(match[2]), int(match[3])


def highest(levels: list[str]) -> str:
    """The strongest of some levels; `none` where there are none."""
    return max(levels, key=LEVELS.index, default="none")


def least_next(version: str, level: str) -> str:
    """The smallest version after `version` that takes a step of `level`. Raises `ValueError` for no version."""
    major, minor, patch = parse_version(version)
    if level == "major":
        return f"{major + 1}.0.0"
    if level == "minor":
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}" if level == "patch" else version


def step(old: str, new: str) -> str:
    """The step taken from `old` to `new`; `none` where `new` is not later. Raises `ValueError` for no versions."""
    before, after = parse_version(old), parse_version(new)
    if after <= before:
        return "none"
    return ("major", "minor", "patch")[next(i for i in range(3) if after[i] != before[i])]
