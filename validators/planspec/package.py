"""A Data Package on disk or in an archive: descriptor, Table Schemas and the bytes of its resources."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from planspec.errors import CannotTell
from planspec.findings import Finding
from planspec.soundness import LONGEST, VERSION, plain_text, sound_fields, sound_key, unread_form, unread_schema

MAX_FILE_BYTES = 2_000_000_000
"""No single file of a package may be larger; a larger one is refused before it is read."""
MAX_RATIO = 200
"""Archive members that unpack to more than this many times their packed size are refused as a zip bomb."""
MAX_MEMBERS = 10_000
"""Files that an archive may hold; a package has some dozens."""

DESCRIPTOR = "datapackage.json"
FORM = "_form"
"""Parameter of a fault that says that files are told to be written otherwise than they are read: it can be compared."""


@dataclass(frozen=True)
class Field:
    """A column, as its Table Schema describes it."""

    name: str
    type: str
    constraints: dict[str, Any]
    meta: dict[str, Any] = field(hash=False, compare=False)

    @property
    def required(self) -> bool:
        return bool(self.constraints.get("required"))


@dataclass(frozen=True)
class Reference:
    """A foreign key of one column; `resource` is the referenced resource (never empty)."""

    field: str
    resource: str
    target: str


@dataclass(frozen=True)
class Resource:
    """A resource of the package with its Table Schema read."""

    name: str
    path: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    references: tuple[Reference, ...]
    meta: dict[str, Any] = field(hash=False, compare=False)
    schema: dict[str, Any] = field(hash=False, compare=False)

    @property
    def columns(self) -> list[str]:
        return [f.name for f in self.fields]

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)


class Store:
    """Where the bytes of a package are: a folder or a zip. Names are POSIX paths relative to its root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def exists(self, name: str) -> bool:
        raise NotImplementedError("a Store is a folder or an archive")

    def read(self, name: str) -> bytes:
        raise NotImplementedError("a Store is a folder or an archive")

    def local(self, name: str) -> Path | None:
        """Path of the file on disk, or None where it lies in an archive."""
        del name
        return None


class FolderStore(Store):
    """A package in a folder; links that leave the folder are refused."""

    def _path(self, name: str) -> Path:
        path = self.root / name
        try:
            inside = path.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError) as error:
            # Python up to 3.12 tells of a circle by a RuntimeError.
            raise CannotTell(f"{name} is a link that leads nowhere", "replace the link by the file itself") from error
        if not inside:
            raise CannotTell(f"{name} leads outside the package", "replace the link by the file itself")
        return path

    def exists(self, name: str) -> bool:
        return self._path(name).is_file()

    def read(self, name: str) -> bytes:
        path = self._path(name)
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise CannotTell(
                f"{name} has {size} bytes, more than the {MAX_FILE_BYTES} a file may have", "split the package"
            )
        return path.read_bytes()

    def local(self, name: str) -> Path | None:
        return self._path(name)


class ZipStore(Store):
    """A package in a zip archive, read without unpacking it to disk.

    Raises `CannotTell` where it cannot be opened, and where it holds too many files, or one twice: readers differ in
    which of both they take.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        try:
            self._zip = zipfile.ZipFile(root)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise CannotTell(f"{root.name} cannot be opened as a zip archive: {error}", "download it again") from error
        names = [i.filename for i in self._zip.infolist() if not i.is_dir()]
        if len(names) > MAX_MEMBERS:
            raise CannotTell(
                f"{root.name} holds {len(names)} files, more than the {MAX_MEMBERS} that an archive may hold",
                "check that it is the archive of a release",
            )
        # As a reader that unpacks them would name them.
        times = Counter(str(PurePosixPath(name.replace("\\", "/"))) for name in names)
        twice = sorted(name for name, number in times.items() if number > 1)
        if twice:
            raise CannotTell(
                f"{root.name} holds {twice[0]} more than once, and readers differ in which they take",
                "download it again; if it comes out the same, tell its publisher",
            )

    def exists(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def read(self, name: str) -> bytes:
        info = self._zip.getinfo(name)
        if info.file_size > MAX_FILE_BYTES or info.file_size > MAX_RATIO * max(info.compress_size, 4096):
            raise CannotTell(
                f"{name} unpacks to {info.file_size} bytes", "refused as a zip bomb; unpack it yourself to check"
            )
        try:
            return self._zip.read(info)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, zlib.error) as error:
            raise CannotTell(f"{name} cannot be read from {self.root.name}: {error}", "download it again") from error


@dataclass
class Package:
    """A package whose descriptor could be read. `faults` are findings made on the way."""

    store: Store
    descriptor: dict[str, Any]
    resources: dict[str, Resource]
    faults: list[Finding] = field(default_factory=list)

    @property
    def version(self) -> str:
        return str(self.descriptor.get("version", ""))

    @cached_property
    def name(self) -> str:
        return str(self.descriptor.get("name", ""))

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources.values())


def safe_path(path: object) -> bool:
    """Whether a path of a descriptor is relative, POSIX and stays inside the package."""
    if not isinstance(path, str) or not plain_text(path) or "\\" in path or "\x00" in path or "://" in path:
        return False
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts


def _json(store: Store, name: str, faults: list[Finding]) -> dict[str, Any] | None:
    try:
        value = json.loads(store.read(name).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        faults.append(Finding("S101", file=name, line=line, params={"why": str(error)}))
        return None
    if not isinstance(value, dict):
        faults.append(Finding("S101", file=name, params={"why": f"a JSON {type(value).__name__}, not an object"}))
        return None
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        faults.append(Finding("S101", file=name, params={"why": f"half a character, {error.object[error.start]!r}"}))
    return value


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(v) for v in value) if isinstance(value, list) else ()


def _resource(store: Store, meta: dict[str, Any], faults: list[Finding]) -> Resource | None:
    name, path, schema = meta.get("name"), meta.get("path"), meta.get("schema")
    if not plain_text(name) or not isinstance(name, str):
        faults.append(Finding("S102", file=DESCRIPTOR, params={"why": "a resource has no name"}))
        return None
    if not safe_path(path):
        faults.append(
            Finding("S103", name, DESCRIPTOR, params={"path": str(path), "why": "is not a path inside the package"})
        )
        return None
    if isinstance(schema, str):
        if not safe_path(schema) or not store.exists(schema):
            faults.append(
                Finding("S103", name, DESCRIPTOR, params={"path": schema, "why": "is no file of the package"})
            )
            return None
        loaded = _json(store, schema, faults)
        if loaded is None:
            return None
        schema = loaded
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if (
        not isinstance(schema, dict)
        or not isinstance(fields, list)
        or not all(isinstance(f, dict) and f.get("name") for f in fields)
        or not fields
    ):
        faults.append(
            Finding("S102", name, DESCRIPTOR, params={"why": f"{name} has no Table Schema with named fields"})
        )
        return None
    wrong: list[str] = []
    sound = sound_fields(fields, wrong)
    columns = {n for n, _, _, _ in sound}
    primary = sound_key(schema.get("primaryKey"), columns, wrong)
    references = _references(name, schema.get("foreignKeys"), columns, wrong)
    place = str(meta["schema"]) if isinstance(meta.get("schema"), str) else DESCRIPTOR
    faults += [Finding("S102", name, place, params={"why": why}) for why in wrong]
    for file, form in ((place, unread_schema(schema)), (DESCRIPTOR, unread_form(name, meta))):
        faults += [Finding("S102", name, file, params={"why": why, FORM: True}) for why in form]
    return Resource(name, str(path), tuple(Field(*parts) for parts in sound), primary, references, meta, schema)


def _references(name: str, keys: object, columns: set[str], wrong: list[str]) -> tuple[Reference, ...]:
    """Foreign keys of one column; what is none is said in `wrong`, keys of several columns are left to others."""
    references = []
    for key in keys if isinstance(keys, list) else [] if keys is None else [keys]:
        reference = key.get("reference") if isinstance(key, dict) else None
        if not isinstance(key, dict) or not isinstance(reference, dict):
            wrong.append(f"the foreign key {str(key)[:60]!r} has no reference")
            continue
        local, remote = _names(key.get("fields")), _names(reference.get("fields"))
        other = reference.get("resource") or name
        if not local or len(local) != len(remote) or not set(local) <= columns or not isinstance(other, str):
            wrong.append(
                f"the foreign key on {', '.join(local)[:60] or 'nothing'} does not name columns of the resource"
            )
        elif len(local) == 1:
            references.append(Reference(local[0], other, remote[0]))
    return tuple(references)


def _resolve(resources: dict[str, Resource], listed: set[str], faults: list[Finding]) -> dict[str, Resource]:
    """The resources with those references alone that lead to a column of the same type.

    `listed`: names of all resources of the descriptor, those too that could not be made out.
    """
    resolved = {}
    for resource in resources.values():
        kept = []
        for reference in resource.references:
            other = resources.get(reference.resource)
            kinds = {f.name: f.type for f in other.fields} if other else {}
            if kinds.get(reference.target) == resource.field(reference.field).type:
                kept.append(reference)
            elif other is not None or reference.resource not in listed:
                target = f"{reference.resource}.{reference.target}"
                if other:
                    why = f"the foreign key on {reference.field} leads to {target}, which is no column of its type"
                else:
                    why = f"the foreign key on {reference.field} leads to {target}, and no resource has this name"
                place = str(resource.meta["schema"]) if isinstance(resource.meta.get("schema"), str) else DESCRIPTOR
                faults.append(Finding("S102", resource.name, place, params={"why": why}))
        resolved[resource.name] = replace(resource, references=tuple(kept))
    return resolved


def _is_archive(path: Path) -> bool:
    """Whether a file is a zip archive, or was meant to be one: it is called so, or begins like one."""
    if path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
        return True
    try:
        with path.open("rb") as stream:
            return stream.read(2) == b"PK"
    except OSError:
        return False


def open_package(path: str | os.PathLike[str]) -> Package:
    """Open the package at `path`: a folder with a datapackage.json, the descriptor itself, or a zip.

    Raises `CannotTell` where there is nothing to read. What is readable but wrong ends in `Package.faults`.
    """
    location = Path(path)
    store: Store
    name = DESCRIPTOR
    if location.is_dir():
        store = FolderStore(location)
    elif location.is_file() and _is_archive(location):
        store = ZipStore(location)
    elif location.is_file():
        store, name = FolderStore(location.parent), location.name
    else:
        raise CannotTell(f"{location} does not exist", "give a folder, a datapackage.json or a zip")
    if not store.exists(name):
        raise CannotTell(f"{location} holds no {name}", "give a folder, a datapackage.json or a zip")
    faults: list[Finding] = []
    descriptor = _json(store, name, faults)
    resources: dict[str, Resource] = {}
    listed = descriptor.get("resources") if descriptor else None
    if descriptor is not None and not (isinstance(listed, list) and listed):
        faults.append(Finding("S102", file=name, params={"why": "it lists no resources"}))
    told = (descriptor or {}).get("version")
    if told is not None and not (isinstance(told, str) and VERSION.fullmatch(told) and len(told) <= LONGEST):
        faults.append(
            Finding("S102", file=name, params={"why": f"the version {str(told)[:60]!r} is not of the form 1.2.3"})
        )
    named = {str(meta.get("name")) for meta in listed if isinstance(meta, dict)} if isinstance(listed, list) else set()
    for meta in listed if isinstance(listed, list) else []:
        resource = _resource(store, meta, faults) if isinstance(meta, dict) else None
        if resource:
            if resource.name in resources:
                faults.append(
                    Finding("S102", resource.name, name, params={"why": f"two resources are called {resource.name}"})
                )
            resources.setdefault(resource.name, resource)
    return Package(store, descriptor or {}, _resolve(resources, named, faults), faults)
