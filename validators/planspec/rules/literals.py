"""What the grammar is able to tell apart: the literal text in its patterns and in its code.

Read from the compiled modules themselves, so that it follows the grammar wherever that goes. Anything doubtful counts
as literal: too many literals cost time, too few would cost correctness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from re import _constants as sre  # type: ignore[attr-defined] # no stub knows it
from re import _parser as sre_parser  # type: ignore[attr-defined] # no stub knows it
from types import CodeType, FunctionType, ModuleType
from typing import Any

FIRST_HAN, LAST_HAN = 0x4E00, 0x9FFF
LOOKS_LIKE_PATTERN = re.compile(r"[\[(|?*+\\{^$]")
QUANTITIES = ("friends", "lexicon", "quantity", "text")
GOVERNING = ("governing",)
"""Modules of the grammar that read figures, and what governs a phrase."""
CUT = "\0"
"""Stands among literals where a pattern tells characters apart otherwise."""


def _of_sequence(parsed: Any) -> Iterator[str]:
    """Literal runs of a parsed pattern. `CUT` where it tells Han characters apart by a range or a reference."""
    run = ""
    for code, value in parsed:
        if code is sre.LITERAL:
            run += chr(value)
            continue
        if run:
            yield run
            run = ""
        yield from _of_node(code, value)
    if run:
        yield run


def _of_node(code: Any, value: Any) -> Iterator[str]:
    if code is sre.NOT_LITERAL:
        yield chr(value)
    elif code is sre.IN:
        for kind, member in value:
            if kind is sre.LITERAL:
                yield chr(member)
            elif (
                kind is sre.RANGE
                and member[1] >= FIRST_HAN
                and member[0] <= LAST_HAN
                and not (member[0] <= FIRST_HAN and member[1] >= LAST_HAN)
            ):
                yield CUT
            elif kind is sre.RANGE and member[0] >= 0x30 and member[1] <= 0x39 and tuple(member) != (0x30, 0x39):
                yield from map(chr, range(member[0], member[1] + 1))
    elif code is sre.BRANCH:
        for branch in value[1]:
            yield from _of_sequence(branch)
    elif code is sre.SUBPATTERN:
        yield from _of_sequence(value[-1])
    elif code in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        yield from _of_sequence(value[2])
    elif code in (sre.ASSERT, sre.ASSERT_NOT):
        yield from _of_sequence(value[1])
    elif code is sre.ATOMIC_GROUP:
        yield from _of_sequence(value)
    elif code in (sre.GROUPREF, sre.GROUPREF_EXISTS, sre.GROUPREF_IGNORE):
        yield CUT


def of_pattern(pattern: str) -> set[str]:
    """Literal runs of a regular expression."""
    return set(_of_sequence(sre_parser.parse(pattern)))


def _of_text(text: str) -> Iterator[str]:
    """A string of the code: a pattern, a list of words, or else a word or a set of characters, and then both."""
    if LOOKS_LIKE_PATTERN.search(text):
        try:
            yield from of_pattern(text)
        except (re.error, OverflowError):
            yield from text
    elif any(c.isspace() for c in text):
        yield from text.split()
    else:
        yield text
        yield from text


def _of_value(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from _of_text(value)
    elif isinstance(value, re.Pattern):
        yield from of_pattern(value.pattern)
    elif isinstance(value, dict):
        yield from _of_items((*value.keys(), *value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        yield from _of_items(value)
    elif isinstance(value, CodeType):
        yield from _of_items(value.co_consts)


def _of_items(items: Iterable[object]) -> Iterator[str]:
    """Members of a collection stand for themselves as a whole."""
    for item in items:
        if isinstance(item, str):
            yield item
            if LOOKS_LIKE_PATTERN.search(item) or any(c.isspace() for c in item):
                yield from _of_text(item)
        else:
            yield from _of_value(item)


def _of_function(function: FunctionType) -> Iterator[str]:
    constants = function.__code__.co_consts
    # The first constant of a function with a docstring is the docstring.
    for constant in (
        constants[1:] if function.__doc__ is not None and constants[:1] == (function.__doc__,) else constants
    ):
        yield from _of_value(constant)


def _of_module(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if name.startswith("__"):
            continue
        wrapped = getattr(value, "__wrapped__", value)
        if isinstance(wrapped, FunctionType):
            if wrapped.__module__ == module.__name__:
                yield from _of_function(wrapped)
        elif isinstance(value, type):
            if value.__module__ == module.__name__:
                for method in vars(value).values():
                    if isinstance(method, FunctionType):
                        yield from _of_function(method)
        elif not isinstance(value, ModuleType):
            yield from _of_value(value)


@lru_cache(maxsize=8)
def literals(names: tuple[str, ...]) -> frozenset[str]:
    """All literal text in some modules of the grammar."""
    return frozenset(text for name in names for text in _of_module(import_module(f"planspec.grammar.{name}")))


@dataclass(frozen=True)
class Alphabet:
    """What some modules of the grammar can tell apart among Han characters.

    `alone`: characters that matter wherever they stand; `pairs`: neighbours that matter together; `known`: every
    character of either kind; `neutral`: one of neither. Not `usable` where some pattern tells characters apart in a way
    that this cannot see.
    """

    alone: frozenset[str]
    pairs: frozenset[str]
    known: frozenset[str]
    neutral: str
    usable: bool


@lru_cache(maxsize=8)
def alphabet(names: tuple[str, ...]) -> Alphabet:
    """The alphabet of some modules of the grammar."""
    found = literals(names)
    pairs = {a + b for text in found for a, b in pairwise(text)}
    # Beside another kind of character, a Han character matters alone.
    alone = {t for t in found if len(t) == 1} | {c for pair in pairs if not all(map(_is_han, pair)) for c in pair}
    known = frozenset(c for text in found for c in text if _is_han(c))
    neutral = next(c for c in map(chr, range(0x9FA5, FIRST_HAN, -1)) if c not in known)
    return Alphabet(frozenset(filter(_is_han, alone)), frozenset(pairs), known, neutral, CUT not in found)


def _is_han(char: str) -> bool:
    return FIRST_HAN <= ord(char) <= LAST_HAN
