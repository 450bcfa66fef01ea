"""Passages that a document prints over and over: the copies are a fault of the file, not of the report."""

from __future__ import annotations

_SHORTEST = 100
_COPIES = 3


def loops(text: str) -> list[tuple[int, int]]:
    """Bounds of the copies of a passage printed at least three times on end, its first printing left out.

    A passage is at least 100 characters long; what is printed twice, pages apart, is a repeat and no loop.
    """
    found: list[tuple[int, int]] = []
    place = 0
    while place + _SHORTEST * _COPIES <= len(text):
        again = text.find(text[place : place + _SHORTEST], place + _SHORTEST)
        if again < 0:
            place += _SHORTEST // 2
            continue
        period = again - place
        end = again
        while end < len(text) and text[end] == text[end - period]:
            end += 1
        begin = place
        while begin > 0 and text[begin - 1] == text[begin - 1 + period]:
            begin -= 1
        if end - begin >= period * _COPIES - period // 2:
            found.append((begin + period, end))
            place = end
        else:
            place += _SHORTEST // 2
    return found
