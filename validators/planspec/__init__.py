"""The validation spec of qingdao-district-plans: grammar, rules, ledger and data diff, as a library.

It reads no command line and prints nothing; `plans` in scripts/ is the command built on it.
"""

from planspec.version import TOOL_VERSION

__all__ = ["TOOL_VERSION"]
