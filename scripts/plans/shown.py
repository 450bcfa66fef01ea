"""Text as it may be shown: what a cell or a file name brings must not steer the terminal or the page that shows it."""

from __future__ import annotations

import json
import re
from typing import Any

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BEYOND = (
    r"\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
"""Unicode's controls (Cc), marks of format (Cf), separators of lines (Zl, Zp) and halves of a pair (Cs) beyond C0."""
_UNSEEN = re.compile(rf"[\x00-\x1f{_BEYOND}]")
_UNSEEN_IN_JSON = re.compile(rf"[{_BEYOND}]")


def visible(text: str) -> str:
    r"""The text in one line with each character that is not seen but acts written as an escape: `\x1b`, `\u202e`."""
    return _UNSEEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character, code = match[0], ord(match[0])
    shape = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return _NAMED.get(character, shape)


def as_json(value: Any) -> str:
    """JSON with two blanks of indent and Chinese as it is; characters that act are escaped as JSON escapes them."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _UNSEEN_IN_JSON.sub(lambda match: json.dumps(match[0])[1:-1], text)
