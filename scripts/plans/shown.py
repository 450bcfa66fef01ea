"""Text as it may be shown: what a cell or a file name brings must not steer the terminal or the page that shows it."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Controls (C0, C1), formatting marks (direction of writing, zero width), halves of a pair, and separators of lines."""


def visible(text: str) -> str:
    r"""The text in one line with each character that is not seen but acts written as an escape: `\x1b`, `\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(c) if unicodedata.category(c) in _UNSEEN else c for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    shape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return _NAMED.get(character, shape)


def as_json(value: Any) -> str:
    """JSON with two blanks of indent and Chinese as it is; characters that act are escaped as JSON escapes them."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(json.dumps(c)[1:-1] if c != "\n" and unicodedata.category(c) in _UNSEEN else c for c in text)
