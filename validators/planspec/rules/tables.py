"""Package layer: references, one fact once, figures that prove records, portfolios, headline targets, code lists."""

from __future__ import annotations

from planspec.rules.context import Context
from planspec.rules.facts import check_order, check_same_fact
from planspec.rules.kinds import check_kinds
from planspec.rules.links import check_districts, check_references, check_retired
from planspec.rules.named import check_named
from planspec.rules.proofs import check_ledger
from planspec.rules.sets import check_code_lists, check_headline, check_portfolios


def check_package(context: Context) -> None:
    """Run the package layer."""
    check_references(context)
    check_retired(context)
    check_districts(context)
    check_same_fact(context)
    check_ledger(context)
    check_portfolios(context)
    check_headline(context)
    check_code_lists(context)
    check_named(context)
    check_kinds(context)
    check_order(context)
