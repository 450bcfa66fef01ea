"""The phrase grammar: what a Chinese quantity phrase says, figure by figure.

`compact` removes layout, `read_figures` finds every quantity of a phrase, `read_at` reads the one figure that
stands at a given place, `find_unsettled` finds numerals that name two numbers at once, `read_statements` goals without
digits, `read_governing` reads the words that govern a phrase from inside or outside, and `classify` says what a number is
when it is not a quantity.
"""

from planspec.grammar.friends import classify
from planspec.grammar.governing import Governing, read_governing
from planspec.grammar.quantity import Reading, find_at, find_figures, find_unsettled, read_at, read_figures
from planspec.grammar.statements import Statement, find_statements, read_statements
from planspec.grammar.text import Compact, compact, sentence_span

__all__ = [
    "Compact",
    "Governing",
    "Reading",
    "Statement",
    "classify",
    "compact",
    "find_at",
    "find_figures",
    "find_statements",
    "find_unsettled",
    "read_at",
    "read_figures",
    "read_governing",
    "read_statements",
    "sentence_span",
]
