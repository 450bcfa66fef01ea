"""A report's text without its layout: one string to read, and the way back to the stored offsets.

Unlike `planspec.grammar.compact`, paragraph ends are kept (as "\n"), so that a page number never runs into the next
heading's number, bold marks (**) are left out, and circled note numbers stay what they are. Line breaks inside a sentence
vanish, wherever columns or pages set them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

from planspec.grammar.text import compact_text

BREAK = "\n"
"""Stands in `Layout.text` where a paragraph ends."""

_SOLID = re.compile(r"\S+")
_ENDS = "。!?;:…"
_CLOSERS = "”’』」)】*_#"
_ITEM = re.compile(
    r"(?:[*#\-—•●◆■○]|\(?[一二三四五六七八九十]{1,3}[、)]|第[一二三四五六七八九十]+[章节部分篇]|\(?\d{1,3}[)、.．](?!\d)|[①-⑳])"
)
_HEADLIKE = re.compile(
    r"^[#*\s]*(?:第[一二三四五六七八九十]+[部章节]|[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|附[件:]?\d*$|注释|名词)"
)
_OPENING = re.compile(r"(?:[，、；,;:：与和及的了在为是]|预期|主要|增长|达到|突破|[\d一二三四五六七八九十百千万亿])$")
_CARRIED_ON = re.compile(r"(?:目标[是为：:]|[，、；。,;%％‰]|以[上下内]|左右|[元亿万个斤吨亩人家户公千]|增长|达到)")
_NUMBER_ALONE = re.compile(r"[\s—\-–·]*第?\s*\d{1,3}\s*页?[\s—\-–·]*")
_COLONS = str.maketrans("︰∶﹕", ":::")
_POWERS = {"㎡": "m²", "㎢": "km²", "㎥": "m³"}


@dataclass(frozen=True)
class Layout:
    """`text`: NFKC without white space, "\\n" at paragraph ends; `offsets`: stored offset of each of its characters."""

    stored: str
    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Stored offsets (end exclusive) of the run `text[start:end]`, which must not be empty."""
        return self.offsets[start], self.offsets[end - 1] + 1

    def position(self, offset: int) -> int:
        """Position in `text` of the first character stored at or after `offset`."""
        return bisect_left(self.offsets, offset)

    def phrase(self, start: int, end: int) -> str:
        """The run in the form `stated` and `cue` are kept in."""
        first, last = self.span(start, end)
        return compact_text(self.stored[first:last])


def _set_in_lines(lines: list[tuple[int, str]]) -> bool:
    """Whether the text was taken from printed lines: most of them are short and stop in the middle of a sentence."""
    bodies = [line.rstrip().rstrip(_CLOSERS) for _, line in lines]
    stopped = sum(1 for body in bodies if body and len(body) <= 42 and body[-1] not in "。！？；：.!?;:")
    return len(bodies) > 20 and stopped > 0.6 * len(bodies)


def _ends_paragraph(line: str, following: str, blank: bool, in_lines: bool) -> bool:
    """Whether a line break after `line` ends a paragraph, rather than a printed line.

    A printed line that stops in the middle of a sentence goes on in the next one, even over a blank line, unless one
    of the two is a heading.
    """
    if _NUMBER_ALONE.fullmatch(line) or _NUMBER_ALONE.fullmatch(following):
        return True
    body = line.rstrip().rstrip(_CLOSERS)
    if not body or body[-1] in _ENDS:
        return True
    if _ITEM.match(following.lstrip("#* ")) or _HEADLIKE.match(following) or (_HEADLIKE.match(line) and not in_lines):
        return True
    if in_lines or _OPENING.search(body) or _CARRIED_ON.match(following):
        return False
    short = len(compact_text(line)) <= 42
    if line.lstrip().startswith(("#", "**", "——", "──", "--", "(")) and short:
        return True
    return blank and short


def _fold(run: str) -> str:
    """NFKC of one run; signs that only look like digits (①, ½, ²) stay what they are, so that no figure grows of them."""
    run = run.translate(_COLONS)
    folded = unicodedata.normalize("NFKC", run)
    if folded == run or sum(map(str.isdecimal, folded)) == sum(map(str.isdecimal, run)):
        return folded
    return "".join(_folded(char) for char in run)


def _folded(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    if any(map(str.isdecimal, plain)) and not char.isdecimal():
        return _POWERS.get(char, char)
    return plain


def lay_out(stored: str) -> Layout:
    """Read a stored text (newlines raw) as one string of paragraphs."""
    chars: list[str] = []
    offsets: list[int] = []
    lines = _lines(stored)
    in_lines = _set_in_lines(lines)
    for index, (start, line) in enumerate(lines):
        for match in _SOLID.finditer(line.replace("**", "  ")):
            run = match.group()
            folded = _fold(run)
            if len(folded) == len(run) and not any(c.isspace() for c in folded):
                chars.append(folded)
                offsets.extend(range(start + match.start(), start + match.end()))
                continue
            for place, char in enumerate(run, start + match.start()):
                piece = "".join(c for c in _fold(char) if not c.isspace())
                chars.append(piece)
                offsets.extend([place] * len(piece))
        if index + 1 < len(lines):
            following, next_line = lines[index + 1]
            blank = stored.count("\n", start + len(line), following) > 1
            plain = unicodedata.normalize("NFKC", line)
            if _ends_paragraph(plain, unicodedata.normalize("NFKC", next_line[:40]), blank, in_lines):
                chars.append(BREAK)
                offsets.append(start + len(line))
    return Layout(stored, "".join(chars), tuple(offsets))


def _lines(stored: str) -> list[tuple[int, str]]:
    """Lines that hold anything, with their offsets."""
    found = []
    place = 0
    for line in stored.split("\n"):
        if line.strip():
            found.append((place, line))
        place += len(line) + 1
    return found
