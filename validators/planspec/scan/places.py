"""Where a figure stands: what the rules on roles look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a figure stands: its sentence, the part of the report, and the plan year."""

    sentence: str
    part: str
    heading: bool
    year: int
    headline: bool
    certain: bool
    first: bool
