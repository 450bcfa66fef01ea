"""Version and date stand in datapackage.json alone; every other file that shows them is written from it.

Addresses of the project's own come from one setting, the descriptor's `homepage`; while it is absent they are left out.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from plans.changelog import released
from planspec.errors import CannotTell
from planspec.files import write_whole
from planspec.package import DESCRIPTOR

UNRELEASED = "0.0.0"
"""Version of a package that was never released."""
READMES = ("README.md", "README.zh.md")
_MARK = re.compile(r"(<!-- data-version -->)[^\n]*?(<!-- /data-version -->)")


def read_descriptor(root: Path) -> dict[str, Any]:
    """The descriptor in a folder. Raises `CannotTell` where it cannot be read."""
    try:
        descriptor = json.loads((root / DESCRIPTOR).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotTell(
            f"{root / DESCRIPTOR} cannot be read: {error}", "plans validate says what is wrong with it"
        ) from error
    if not isinstance(descriptor, dict):
        raise CannotTell(f"{root / DESCRIPTOR} is no JSON object", "plans validate says what is wrong with it")
    return descriptor


def with_version(descriptor: dict[str, Any], version: str, date: str) -> dict[str, Any]:
    """The descriptor of a release: `version`, and `created` at midnight UTC of `date` (YYYY-MM-DD)."""
    stamp = {"version": version, "created": f"{date}T00:00:00Z"}
    return {key: stamp.get(key, value) for key, value in descriptor.items()} | stamp


def descriptor_text(descriptor: dict[str, Any]) -> str:
    """The descriptor as the file holds it."""
    return json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"


def stamped_files(root: Path, descriptor: dict[str, Any], summary: str = "") -> dict[str, str]:
    """Text of every file that shows version or date, by path under `root`, as the descriptor demands it.

    CITATION.cff and .zenodo.json are whole; in CHANGELOG.md it is the heading of the version, in a README the text
    between `<!-- data-version -->` marks and lines that are exactly `name version`. `summary`: entries for a changelog
    whose Unreleased part is empty.
    """
    version, date = str(descriptor.get("version", UNRELEASED)), str(descriptor.get("created", ""))[:10]
    files = {"CITATION.cff": citation(descriptor), ".zenodo.json": zenodo(descriptor)}
    if version != UNRELEASED:
        files["CHANGELOG.md"] = released(_text(root / "CHANGELOG.md"), version, date, summary)
    for name in READMES:
        if (root / name).is_file():
            files[name] = _readme(_text(root / name), str(descriptor.get("name", "")), version, date)
    return files


def stale(root: Path) -> list[str]:
    """Paths of files that do not show the version and date of the descriptor as they should."""
    wanted = stamped_files(root, read_descriptor(root))
    return [path for path, text in wanted.items() if not (root / path).is_file() or _text(root / path) != text]


def _text(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotTell(f"{path} cannot be read: {error}", "save it as UTF-8") from error


def _readme(text: str, name: str, version: str, date: str) -> str:
    shown = version if version == UNRELEASED else f"{version} ({date})"
    text = _MARK.sub(lambda m: f"{m[1]}{shown}{m[2]}", text)
    return (
        re.sub(rf"^{re.escape(name)} [0-9]+\.[0-9]+\.[0-9]+$", f"{name} {version}", text, flags=re.MULTILINE)
        if name
        else text
    )


def _creators(descriptor: dict[str, Any]) -> list[dict[str, str]]:
    """Contributors who made the data: all that have no other role than author or creator, in their order."""
    found = []
    for person in descriptor.get("contributors") or []:
        roles = person.get("roles") or ([person["role"]] if person.get("role") else ["creator"])
        if {"author", "creator"} & set(roles):
            found.append(
                {k: str(person[k]) for k in ("title", "givenName", "familyName", "organization") if person.get(k)}
            )
    return [c for c in found if c] or [{"title": f"{descriptor.get('name', 'data package')} contributors"}]


def _licences(descriptor: dict[str, Any]) -> list[str]:
    return [str(x["name"]) for x in descriptor.get("licenses") or [] if x.get("name")]


def citation(descriptor: dict[str, Any]) -> str:
    """CITATION.cff, version 1.2.0 of the Citation File Format."""
    import yaml

    authors = []
    for creator in _creators(descriptor):
        if creator.get("familyName"):
            person = {"family-names": creator["familyName"], "given-names": creator.get("givenName", "")}
            authors.append({k: v for k, v in person.items() if v})
        else:
            authors.append({"name": creator.get("title") or creator["organization"]})
    version, licences = str(descriptor.get("version", UNRELEASED)), _licences(descriptor)
    entry = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite the version you used.",
        "type": "dataset",
        "title": descriptor.get("title") or descriptor.get("name"),
        "abstract": descriptor.get("description"),
        "authors": authors,
        "version": version,
        "date-released": str(descriptor.get("created", ""))[:10] if version != UNRELEASED else None,
        "license": licences[0] if len(licences) == 1 else licences,
        "keywords": descriptor.get("keywords"),
        "url": descriptor.get("homepage"),
    }
    head = f"# Written from {DESCRIPTOR} by `python -m plans.stamp`; edit that file instead.\n"
    kept = {k: v for k, v in entry.items() if v}
    return head + str(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=100))


def zenodo(descriptor: dict[str, Any]) -> str:
    """.zenodo.json: the metadata Zenodo takes when it archives a release."""
    version, licences = str(descriptor.get("version", UNRELEASED)), _licences(descriptor)
    creators = []
    for creator in _creators(descriptor):
        full = ", ".join(creator[k] for k in ("familyName", "givenName") if creator.get(k))
        creators.append({"name": full or creator.get("title") or creator["organization"]})
    homepage = descriptor.get("homepage")
    entry = {
        "title": descriptor.get("title") or descriptor.get("name"),
        "upload_type": "dataset",
        "description": descriptor.get("description"),
        "creators": creators,
        "version": version,
        "publication_date": str(descriptor.get("created", ""))[:10] if version != UNRELEASED else None,
        "access_right": "open",
        "license": licences[0].lower() if licences else None,
        "keywords": descriptor.get("keywords"),
        "related_identifiers": [{"identifier": homepage, "relation": "isDocumentedBy"}] if homepage else None,
    }
    return json.dumps({k: v for k, v in entry.items() if v}, ensure_ascii=False, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Write the stamped files of the current folder; with --check write nothing and exit 1 where one is stale."""
    root = Path()
    try:
        paths = stale(root)
        if "--check" in arguments:
            for path in paths:
                print(f"{path} does not show the version of {DESCRIPTOR}: run `python -m plans.stamp`", file=sys.stderr)
            return int(bool(paths))
        wanted = stamped_files(root, read_descriptor(root))
        for path in paths:
            write_whole(root / path, wanted[path].encode("utf-8"))
            print(path)
    except CannotTell as error:
        print(f"plans could not tell: {error.what}\n  to mend: {error.mend}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
