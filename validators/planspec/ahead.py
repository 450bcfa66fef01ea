"""Work done ahead: a thread makes the next items while the ones before are looked at."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
_MOST = 2
"""Items that wait at most: more would only need more memory."""
_SECONDS = 0.1
"""How often a thread whose items nobody takes looks whether it is still asked."""


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items in the same order, each made while those before are looked at.

    Raises what making them raises, after the items before. The thread ends when the iterator does, however that ends.
    """
    made: queue.Queue[tuple[list[Item], BaseException | None]] = queue.Queue(_MOST)
    over = threading.Event()

    def hand(items: list[Item], failure: BaseException | None) -> None:
        while not over.is_set():
            try:
                made.put((items, failure), timeout=_SECONDS)
            except queue.Full:
                continue
            return

    def make() -> None:
        try:
            for item in items:
                hand([item], None)
                if over.is_set():
                    return
        except BaseException as failure:
            hand([], failure)
        else:
            hand([], None)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    try:
        while True:
            found, failure = made.get()
            if failure is not None:
                raise failure
            if not found:
                return
            yield from found
    finally:
        over.set()
        thread.join()
