"""Package layer: references, one fact once, figures that prove records, portfolios, headline targets, code lists."""

from __future__ import annotations

from planspec.rules.facts import check_order, check_same_fact
from planspec.rules.kinds import check_kinds
from planspec.rules.limits import check_limits
from planspec.rules.links import check_districts, check_references, check_retired
from planspec.rules.named import check_named
from planspec.rules.proofs import check_ledger
from planspec.rules.sets import check_code_lists, check_headline, check_portfolios

CHECKS = (
    check_references,
    check_retired,
    check_districts,
    check_same_fact,
    check_ledger,
    check_portfolios,
    check_headline,
    check_code_lists,
    check_named,
    check_kinds,
    check_limits,
    check_order,
)
"""The package layer, in its order."""
