"""A package may turn a rule down, with a reason that every report shows: `plans.toml` beside the descriptor.

[[lower]]
rule = "P341"
severity = "info"
reason = "Labels are kept for the districts to come."
"""

from __future__ import annotations

import tomllib

from planspec.errors import CannotTell
from planspec.package import Store
from planspec.rules.catalogue import SEVERITIES, catalogue

CONFIG = "plans.toml"


def read_config(store: Store) -> list[dict[str, str]]:
    """The lowered rules: a list of `rule`, `severity`, `reason`.

    Raises `CannotTell` where the file is no TOML, has a key or names a rule or severity there is not, raises instead of
    lowers, or gives no reason.
    """
    if not store.exists(CONFIG):
        return []
    try:
        content = tomllib.loads(store.read(CONFIG).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise CannotTell(f"{CONFIG} is not TOML: {error}", "mend the file or remove it") from error
    _check_keys(content, ("lower",))
    entries = content.get("lower", [])
    lowered = []
    for entry in entries if isinstance(entries, list) else [None]:
        lowered.append(_entry(entry))
    return lowered


def _check_keys(table: dict[str, object], known: tuple[str, ...]) -> None:
    """Refuse a key that nothing reads: a slip in it would leave without effect what the file is there for."""
    for key in table:
        if key not in known:
            from difflib import get_close_matches

            near = get_close_matches(key, known, 1, 0.5)
            raise CannotTell(
                f"{CONFIG}: the key `{key}` is not known",
                f"did you mean `{near[0]}`?" if near else "write [[lower]] with rule, severity and reason",
            )


def _entry(entry: object) -> dict[str, str]:
    if not isinstance(entry, dict):
        raise CannotTell(f"{CONFIG}: `lower` is no list of tables", "write [[lower]] with rule, severity and reason")
    _check_keys(entry, ("rule", "severity", "reason"))
    rule, severity, reason = (str(entry.get(k, "")).strip() for k in ("rule", "severity", "reason"))
    if rule not in catalogue():
        raise CannotTell(f"{CONFIG}: there is no rule {rule!r}", "run plans rules for the ids")
    if severity not in SEVERITIES or SEVERITIES.index(severity) <= SEVERITIES.index(catalogue()[rule].severity):
        raise CannotTell(
            f"{CONFIG}: {rule} cannot become {severity!r}",
            f"it is {catalogue()[rule].severity}; a severity can only be lowered",
        )
    if not reason:
        raise CannotTell(f"{CONFIG}: {rule} is lowered without a reason", "say why, in one sentence")
    return {"rule": rule, "severity": severity, "reason": reason}
