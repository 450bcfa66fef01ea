"""SHA256SUMS: written by a build, read by publishing and verification, and by `sha256sum -c`."""

from __future__ import annotations

import re

from plans.build.content import sha256
from planspec.errors import CannotTell
from planspec.package import safe_path

SUMS = "SHA256SUMS"
_LINE = re.compile(r"^([0-9a-f]{64})  (.+)$")


def render(digests: dict[str, str]) -> bytes:
    """The file for path → digest, in the order of the paths."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode("utf-8")


def make(files: dict[str, bytes]) -> dict[str, bytes]:
    """SHA256SUMS over `files`."""
    return {SUMS: render({name: sha256(data) for name, data in files.items()})}


def parse(data: bytes) -> dict[str, str]:
    """Path → digest. Raises `ValueError` with the reason for any file that `render` would not have written."""
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from error
    digests: dict[str, str] = {}
    for number, line in enumerate(lines[:-1], 1):
        match = _LINE.match(line)
        if not match:
            raise ValueError(f"line {number} is not a digest, two blanks and a path")
        if not safe_path(match[2]) or match[2] == SUMS:
            raise ValueError(f"line {number} names {match[2]!r}, which is no file of a release")
        digests[match[2]] = match[1]
    if render(digests) != data:
        raise ValueError("its lines are not sorted, or one is there twice, or the last newline is missing")
    if not digests:
        raise ValueError("it lists no file")
    return digests


def check_names(names: list[str]) -> None:
    """Refuse names that two systems would read as one, or that no release may hold."""
    folded: dict[str, str] = {}
    for name in names:
        if not safe_path(name) or "\n" in name:
            raise CannotTell(f"{name!r} cannot be a file of a release", "use a relative path with forward slashes")
        other = folded.setdefault(name.casefold(), name)
        if other != name:
            raise CannotTell(
                f"{name} and {other} differ in case only", "rename one: some file systems hold only one of them"
            )
