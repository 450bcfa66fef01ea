"""rules.json: the catalogue of validation rules the release was held to."""

from __future__ import annotations

import json

from plans.build.content import Content, as_json
from plans.rulebook import rules_json


def make(content: Content) -> dict[str, bytes]:
    """The catalogue, with the version of the data beside it."""
    return {"rules.json": as_json({"package": content.name, "version": content.version, **json.loads(rules_json())})}
