"""How far a proposal can be trusted: a number between 0 and 1, for the order of review.

The levels are the shares of right rows of each kind, measured on reports whose rows are known (`plans scan-eval`
prints them again); what makes a single row doubtful is taken off.
"""

from __future__ import annotations

from planspec.scan.figures import Figure

_CONTEXT = {
    "date": 0.98,
    "heading": 0.95,
    "ordinal": 0.9,
    "name": 0.85,
    "rank": 0.9,
    "grade": 0.88,
    "threshold": 0.88,
    "enumeration": 0.75,
    "standing figure": 0.5,
    "page": 0.85,
    "private": 0.9,
    "loop": 0.95,
}
_ROLES = {"target": 0.92, "result": 0.92, "project": 0.7, "initiative": 0.55}


def confidence(
    figure: Figure,
    role: str,
    reason: str,
    *,
    headline: bool,
    certain: bool,
    own_words: bool,
    bare_unit: bool,
    long: bool,
) -> str:
    """Confidence with two decimals, as text.

    `certain`: the part of the report is told by headings; `own_words`: the phrase names its indicator; `bare_unit`: no
    unit is printed; `long`: the phrase was cut to 60 characters.
    """
    if role in ("context", "furniture"):
        value = _CONTEXT.get(reason, 0.5)
    else:
        value = 0.97 if headline else _ROLES[role]
        value -= (
            0.04
            if figure.kind == "numeral"
            else 0.2
            if figure.kind == "words" and not headline
            else 0.05
            if figure.kind == "words"
            else 0
        )
        value -= 0.3 if bare_unit else 0
        value -= 0 if own_words else 0.06
        value -= 0 if certain or headline else 0.05
        value -= 0.06 if long else 0
    return f"{max(0.05, value):.2f}"
