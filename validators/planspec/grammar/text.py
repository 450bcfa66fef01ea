"""Text without its layout, with the way back to the stored offsets."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

_SENTENCE_END = frozenset("。!?")


@dataclass(frozen=True)
class Compact:
    """Compact text (NFKC, no white space) and, for each of its characters, the offset in the stored text."""

    text: str
    offsets: tuple[int, ...]

    def position(self, offset: int) -> int:
        """Position in `text` of the first character stored at or after `offset` (code points)."""
        return bisect_left(self.offsets, offset)

    def stored(self, start: int, end: int) -> tuple[int, int]:
        """Stored offsets (end exclusive) of the compact run `text[start:end]`; the run must not be empty."""
        return self.offsets[start], self.offsets[end - 1] + 1


@lru_cache(maxsize=1 << 14)
def _folded(char: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", char) if not c.isspace())


def compact_text(text: str) -> str:
    """NFKC form of `text` without white space: the form `stated`, `cue` and `printed` are kept in."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def compact(text: str) -> Compact:
    """Fold `text` character by character, so that each compact character knows where it was stored.

    A character that NFKC expands (㎡ → m2) yields several compact characters with one offset.
    """
    chars: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        for folded in _folded(char):
            chars.append(folded)
            offsets.append(offset)
    return Compact("".join(chars), tuple(offsets))


def sentence_span(text: str, position: int) -> tuple[int, int]:
    """Bounds of the sentence around `position` in compact text.

    Only 。！？ end a sentence: line breaks fall inside sentences where columns were set, and a semicolon joins
    clauses that share their governing words.
    """
    start = position
    while start > 0 and text[start - 1] not in _SENTENCE_END:
        start -= 1
    end = position
    while end < len(text) and text[end] not in _SENTENCE_END:
        end += 1
    return start, end
