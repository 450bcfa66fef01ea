"""The data diff: two versions of a package compared by key, and the step of the version their difference demands."""

from planspec.diff.bump import LEVELS, least_next, parse_version, step
from planspec.diff.compare import compare
from planspec.diff.model import Diff
from planspec.diff.places import Opened, opened

__all__ = ["LEVELS", "Diff", "Opened", "compare", "least_next", "opened", "parse_version", "step"]
