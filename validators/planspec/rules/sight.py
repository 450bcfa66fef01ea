"""How far from a figure the grammar of quantities sees: the words that count beyond a character it does not know.

Its patterns end at the figure (those that ask for the end, `$`) or begin there. Past a character that no literal holds only a wildcard can lead them, and past a
wildcard only what stands beside it in the pattern counts. So where none of these words lies beyond an unknown character,
nothing there counts but how many characters there are, and of these no more than the wildcards must have.

Read from the parsed patterns themselves. What this cannot see, tests hold the grammar to: that its code looks for words
at a distance in no other way than by such patterns and by `SEARCHED`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import product
from types import CodeType, FunctionType
from typing import Any

from planspec.rules.literals import FIRST_HAN, LAST_HAN, LOOKS_LIKE_PATTERN, sre, sre_parser

SEARCHED = frozenset(("人次",))
"""Words that the code looks for anywhere before a figure."""
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_AROUND = (sre.ASSERT, sre.ASSERT_NOT)
_MOST_WORDS = 4000
"""Words that a part of a pattern may stand for before its characters are taken one by one."""
Nodes = list[tuple[Any, Any]]


@dataclass(frozen=True)
class Sight:
    """What counts beyond an unknown character: words `behind` (left of) and `ahead` (right of) all figures.

    `together`: words ahead by what looks for them, with sets of words: it finds nothing in a text that lacks all words of
    one set. `least`: characters that wildcards of one pattern must have together.
    """

    behind: frozenset[str]
    ahead: frozenset[str]
    together: tuple[tuple[frozenset[str], tuple[frozenset[str], ...]], ...]
    least: int


def patterns_of(names: Iterable[str]) -> Iterator[str]:
    """Every regular expression of some modules of the grammar, those inside functions and tuples too."""

    def held(value: object) -> Iterator[str]:
        if isinstance(value, re.Pattern):
            yield value.pattern
        elif isinstance(value, tuple):
            for member in value:
                yield from held(member)

    def within(code: CodeType) -> Iterator[str]:
        for constant in code.co_consts:
            if isinstance(constant, str) and LOOKS_LIKE_PATTERN.search(constant):
                with suppress(re.error):  # a mark such as "+" that the code compares with
                    sre_parser.parse(constant)
                    yield constant
            elif isinstance(constant, CodeType):
                yield from within(constant)

    for name in names:
        module = import_module(f"planspec.grammar.{name}")
        for value in vars(module).values():
            plain = getattr(value, "__wrapped__", value)
            yield from held(value)
            if isinstance(plain, FunctionType) and plain.__module__ == module.__name__:
                yield from (p for p in within(plain.__code__) if p != plain.__doc__)


def _is_wild(code: Any, value: Any) -> bool:
    """Whether a node takes characters that the grammar does not know."""
    if code is sre.ANY or code is sre.NOT_LITERAL:
        return True
    if code is not sre.IN:
        return False
    if value[0][0] is sre.NEGATE:
        return True
    return any(
        (kind is sre.RANGE and member[0] <= LAST_HAN and member[1] >= FIRST_HAN)
        or (kind is sre.CATEGORY and member is not sre.CATEGORY_DIGIT)
        for kind, member in value
    )


def _inside(code: Any, value: Any) -> list[Nodes]:
    """The sequences inside a node."""
    if code is sre.BRANCH:
        return [list(branch) for branch in value[1]]
    if code is sre.SUBPATTERN:
        return [list(value[-1])]
    if code in _REPEATS:
        return [list(value[2])]
    if code in _AROUND:
        return [list(value[1])]
    if code is sre.ATOMIC_GROUP:
        return [list(value)]
    return []


def _has_wild(code: Any, value: Any) -> bool:
    return _is_wild(code, value) or any(_has_wild(*node) for nodes in _inside(code, value) for node in nodes)


def _words(nodes: Nodes) -> set[str]:
    """What nodes without wildcards may stand for; nothing where they ask for a digit, which stands among the figures.

    Raises `OverflowError` where that is too much to list.
    """
    found = {""}
    for code, value in nodes:
        if code is sre.LITERAL:
            one = {chr(value)}
        elif code is sre.IN:
            one = {chr(member) for kind, member in value if kind is sre.LITERAL}
            for kind, member in value:
                if kind is sre.RANGE:
                    one |= {chr(n) for n in range(member[0], member[1] + 1)}
        elif code in _REPEATS:
            if value[1] > 3 and _words(list(value[2])):
                raise OverflowError
            one = {
                "".join(p) for n in range(value[0], min(value[1], 3) + 1) for p in product(_words(value[2]), repeat=n)
            }
        elif code in _AROUND or code is sre.AT:
            one = {""}
        elif inside := _inside(code, value):
            one = set().union(*(_words(nodes) for nodes in inside))
        else:
            raise OverflowError
        if len(found) * len(one) > _MOST_WORDS:
            raise OverflowError
        found = {a + b for a, b in product(found, one)}
    return found


def _listed(nodes: Nodes) -> set[str]:
    """Words of nodes without wildcards, or their characters one by one; and those of what the nodes look around for."""
    around = [inside for code, value in nodes if code in _AROUND for inside in _inside(code, value)]
    try:
        found = _words(nodes)
    except OverflowError:
        found = set(_characters(nodes))
    return found.union(*map(_listed, around)) - {""}


def _characters(nodes: Nodes) -> Iterator[str]:
    for code, value in nodes:
        if code is sre.LITERAL:
            yield chr(value)
        elif code is sre.IN:
            yield from (chr(member) for kind, member in value if kind is sre.LITERAL)
        for inside in _inside(code, value):
            yield from _characters(inside)


def _beyond(nodes: Nodes, *, passed: bool, back: bool) -> tuple[set[str], bool]:
    """Words of a sequence that may stand beyond a wildcard, and whether one was passed; `back`: read from its end."""
    words: set[str] = set()
    run: Nodes = []

    def flush() -> None:
        if run and passed:
            words.update(_listed(run[::-1] if back else run))
        run.clear()

    for code, value in reversed(nodes) if back else nodes:
        if not _has_wild(code, value):
            run.append((code, value))
            continue
        flush()
        if _is_wild(code, value):
            passed = True
            continue
        before = passed
        for inside in _inside(code, value):
            # What is repeated follows itself.
            again = before or (code in _REPEATS and value[1] > 1)
            found, after = _beyond(inside, passed=again and not all(_is_wild(*n) for n in inside), back=back)
            words |= found
            passed = passed or after
    flush()
    return words, passed


def _least(nodes: Nodes) -> int:
    """Characters that the wildcards of a pattern must have together, of its branches the most."""
    total = 0
    for code, value in nodes:
        if _is_wild(code, value):
            total += 1
        elif inside := _inside(code, value):
            times = max(1, value[0]) if code in _REPEATS else 1
            total += times * max(map(_least, inside))
    return total


@lru_cache(maxsize=4)
def sight(names: tuple[str, ...]) -> Sight:
    """What some modules of the grammar see beyond an unknown character."""
    behind, together, least = set(SEARCHED), [], 1
    for pattern in patterns_of(names):
        nodes = list(sre_parser.parse(pattern))
        if nodes and nodes[-1] == (sre.AT, sre.AT_END):
            behind |= _beyond(nodes, passed=False, back=True)[0]
        else:
            found = ((_beyond(one, passed=False, back=False)[0], _choices(one)) for one in _alternatives(nodes))
            together += [(frozenset(words), tuple(map(frozenset, sets))) for words, sets in found if words]
        least = max(least, _least(nodes))
    return Sight(frozenset(behind), frozenset().union(*(words for words, _ in together)), tuple(together), least)


def _alternatives(nodes: Nodes) -> Iterator[Nodes]:
    """The patterns that a pattern is made of where it is nothing but a choice of them."""
    inside = _inside(*nodes[0]) if len(nodes) == 1 and nodes[0][0] in (sre.BRANCH, sre.SUBPATTERN) else []
    if not inside:
        yield nodes
    for one in inside:
        yield from _alternatives(one)


def _choices(nodes: Nodes) -> list[set[str]]:
    """Sets of words: every match holds a word of each."""
    choices: list[set[str]] = []
    run: Nodes = []

    def flush() -> None:
        if run:
            choices.append(_listed(run) if "" not in _words(run) else set())
        run.clear()

    for code, value in nodes:
        plain = code is sre.LITERAL or (
            code is sre.IN and all(kind is sre.LITERAL for kind, _ in value) and len(value) < _MOST_WORDS
        )
        if plain:
            run.append((code, value))
            continue
        flush()
        if code is sre.BRANCH:
            branches = [_needed(inside) for inside in _inside(code, value)]
            choices.append(set().union(*branches) if all(branches) else set())
        elif code in (sre.SUBPATTERN, sre.ATOMIC_GROUP) or (code in _REPEATS and value[0]):
            choices += _choices(_inside(code, value)[0])
    flush()
    return list(filter(None, choices))


def _needed(nodes: Nodes) -> set[str]:
    """Words of which every match holds one; none where no such words can be told."""
    return max(_choices(nodes), key=lambda words: (min(map(len, words)), -len(words)), default=set())


@lru_cache(maxsize=4)
def needed(names: tuple[str, ...]) -> frozenset[str]:
    """Words of which a text must hold one for any pattern of some modules to match; none where that cannot be told."""
    found = [_needed(list(sre_parser.parse(pattern))) for pattern in patterns_of(names)]
    return frozenset().union(*found) if all(found) else frozenset()
