"""A review in the terminal: one proposal at a time, lowest confidence first, each decision saved at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from planspec.grammar.text import compact_text
from planspec.scan.review import REASONS, ROLES, Item, figures_of, is_number, open_items, tally, write_review

_AROUND = 60
_SHOWN = (
    "role",
    "reason",
    "indicator_zh",
    "indicator_id",
    "comparator",
    "value",
    "value_max",
    "unit_zh",
    "strength",
    "headline",
    "period",
    "scope_zh",
    "stated",
    "cue",
)
_HELP = "a accept · e edit · r reject · s set aside · n next · q stop"
_NUMBERS = ("value", "value_max", "stretch_value")
EDITABLE = (
    *_SHOWN,
    "stretch",
    "stretch_value",
    "estimated",
    "year",
    "key",
    "indicator_en",
    "measure",
    "theme",
    "relative_to",
    "scope_en",
    "record_id",
    "field",
    "note",
)

Ask = Callable[[str], str]
Say = Callable[[str], None]


def review(items: list[Item], stored: str, path: Path, ask: Ask, say: Say) -> None:
    """Go through the open items of a review until none is left or the person stops.

    `ask` shows a prompt and returns the answer (raises `EOFError` at the end of input); `say` shows a line. Every
    decision is written to `path` before the next item is shown, and so is an edit that no decision followed.
    """
    passed: set[int] = set()
    while True:
        waiting = [i for i in open_items(items) if id(i) not in passed]
        if not waiting:
            say("Nothing is open any more." if not open_items(items) else "The others were passed over.")
            return
        item = waiting[0]
        _show(item, stored, len(waiting), say)
        try:
            going = _decide(item, ask, say, passed)
        except EOFError:
            going = False
        write_review(path, items)
        if not going:
            return


def _show(item: Item, stored: str, waiting: int, say: Say) -> None:
    start, end = int(item["start"]), int(item["end"])
    before = compact_text(stored[max(0, start - _AROUND) : start])
    after = compact_text(stored[end : end + _AROUND])
    say(f"\n{waiting} open, confidence {item['confidence']}")
    say(f"  …{before}[{item['printed']}]{after}…")
    say("  " + " · ".join(f"{name} {item[name]}" for name in _SHOWN if item[name]))


def _decide(item: Item, ask: Ask, say: Say, passed: set[int]) -> bool:
    """Take one decision; False where the person stops."""
    while True:
        answer = ask(f"  {_HELP}: ").strip().lower()
        if answer == "q":
            return False
        if answer == "n":
            passed.add(id(item))
            return True
        if answer == "a":
            item["decision"] = "accept"
            return True
        if answer == "s":
            item["why"] = ask("  why is it set aside? ").strip() or "to be decided"
            item["decision"] = "aside"
            return True
        if answer == "r" and _reject(item, ask, say):
            return True
        if answer == "e":
            _edit(item, ask, say)


def _reject(item: Item, ask: Ask, say: Say) -> bool:
    """A number that is no quantity stays in the ledger as context with a reason; words and the like go."""
    if not item["printed"][:1].isdigit():
        item["why"] = ask("  why is it no figure? ").strip() or "no figure"
        item["decision"] = "reject"
        return True
    reason = ask(f"  what is the number? ({', '.join(REASONS)}) ").strip()
    if reason not in REASONS:
        say(f"  {reason!r} is no reason.")
        return False
    item.update(role="context", reason=reason, decision="accept", why="")
    return True


def _edit(item: Item, ask: Ask, say: Say) -> None:
    given = ask("  column=value: ").strip()
    name, equals, value = given.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or name not in EDITABLE:
        say(f"  write column=value; columns: {', '.join(EDITABLE)}")
        return
    if name == "role" and value not in ROLES:
        say(f"  {value!r} is no role; roles: {', '.join(ROLES)}")
        return
    if name in _NUMBERS and value and not is_number(value):
        say(f"  {value!r} is no number; write digits with a point, as in -5.5.")
        return
    item[name] = value
    say(f"  {name} is now {value or 'empty'}.")


def summary(items: list[Item]) -> list[str]:
    """The ledger of a report under review: a line a role, what is decided and what is open."""
    counts = tally(items)
    columns = ("accept", "aside", "reject", "open")
    lines = [f"{'role':<12}" + "".join(f"{c:>8}" for c in columns) + f"{'figures':>9}"]
    for role, counter in counts.items():
        if counter:
            lines.append(f"{role:<12}" + "".join(f"{counter[c]:>8}" for c in columns) + f"{sum(counter.values()):>9}")
    whole = {c: sum(counter[c] for counter in counts.values()) for c in columns}
    lines.append(f"{'total':<12}" + "".join(f"{whole[c]:>8}" for c in columns) + f"{len(figures_of(items)):>9}")
    return lines


def waiting_lines(items: list[Item], limit: int) -> list[str]:
    """The open items, lowest confidence first; a last line says how many are not listed."""
    waiting = open_items(items)
    lines = [
        f"  {i['confidence']} {i['start']:>7} {i['printed']:<8} {i['role']:<10} {i['stated'] or i['reason']}"
        for i in waiting[:limit]
    ]
    if len(waiting) > limit:
        lines.append(f"  … and {len(waiting) - limit} more")
    return lines
