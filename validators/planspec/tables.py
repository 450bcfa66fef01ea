"""Reading CSV into columns of text with the file's line beside each row, and casting what was judged sound.

Text comes first: a CSV cell is judged as it is written, then cast. Libraries that cast while reading accept too much
(`.5`, `0x1F`) or too little, and lose the line. A file is read in blocks, so that a large one is never held as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl

from planspec.ahead import ahead
from planspec.findings import Finding
from planspec.package import Field, Package, Resource
from planspec.torn import torn_rows

LINE = "_line"
MAX_LINE = 1_000_000
"""Longest line of a CSV file in characters; a longer one is refused."""
LEGIBLE = ("S105", "S121")
"""Faults of a file's form that leave every row as it is: line ends with CR, a last line without one."""
BLOCK = 1 << 24
"""Bytes of a file that are read at once, where it is larger than `WHOLE`."""
WHOLE = 1 << 26
"""Bytes of a file up to which it is read at once."""


LACKS, MOVED = "column missing", "columns in another order"
PARTING = {"\t": "parted by tabs", ";": "parted by semicolons", "|": "parted by bars"}
"""Marks that spreadsheets write between cells in place of commas."""


class UnreadableError(Exception):
    """No table can be made of a file; the findings say why."""


@dataclass
class Table:
    """A resource with its rows cast to the types of the schema, and `_line`.

    Cells that are empty or could not be cast are null.
    """

    resource: Resource
    frame: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    @property
    def raw(self) -> pl.DataFrame:
        """The rows as text."""
        return as_text(self.frame)


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows as text, "" where a cell is empty; a cell that is no value of its type is empty too."""
    return frame.with_columns(pl.exclude(LINE).cast(pl.String).fill_null(""))


Visit = Callable[[Resource, pl.DataFrame, pl.DataFrame], None]
"""Sees some rows of a resource as they are read: as text (null: empty cell) and cast, both with `_line`."""


def _decode(data: bytes, resource: Resource, before: int) -> tuple[str, list[Finding]]:
    """Text of a block that begins after `before` lines, with LF alone; raises `UnreadableError` after a finding that says why."""
    name, path = resource.name, resource.path
    if b"\x00" in data:
        kind = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "NUL"
        line = before + data[: data.index(b"\x00")].count(b"\n") + 1
        raise UnreadableError(Finding("S104", name, path, line, params={"why": kind}))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = before + data[: error.start].count(b"\n") + 1
        try:
            data.decode("gb18030")
            kind = "GBK"
        except UnicodeDecodeError:
            kind = f"byte {data[error.start]:#04x}"
        raise UnreadableError(Finding("S104", name, path, line, params={"why": kind})) from error
    if "\r" not in text:
        return text, []
    line = before + text[: text.index("\r")].count("\n") + 1
    return text.replace("\r\n", "\n").replace("\r", "\n"), [Finding("S105", name, path, line)]


def _header(line: str, resource: Resource) -> tuple[list[str], list[Finding]]:
    """The header as a line of the file has it, and its faults."""
    try:
        header = next(csv.reader([line], strict=True), [])
    except csv.Error:
        header = line.split(",")
    for mark, name in PARTING.items():
        if (
            len(header) == 1 < len(resource.columns)
            and [cell.strip('"') for cell in line.split(mark)] == resource.columns
        ):
            params = {"why": name, "name": resource.columns[0], "found": line[:60]}
            raise UnreadableError(Finding("S106", resource.name, resource.path, 1, params=params))
    return header, header_faults(header, resource)


def header_faults(header: list[str], resource: Resource) -> list[Finding]:
    """S106: columns missing (what stands there instead is named), extra, twice, or out of order."""
    expected = resource.columns
    if header == expected:
        return []
    faults = []

    def fault(why: str, name: str, place: int) -> None:
        found = header[place] if place < len(header) else ""
        params = {"why": why, "name": name, "found": found}
        faults.append(Finding("S106", resource.name, resource.path, 1, name, params=params))

    lost = [place for place, name in enumerate(expected) if name not in header]
    for place in lost:
        fault(LACKS, expected[place], place)
    for place, name in enumerate(header):
        if place not in lost and (name not in expected or name in header[:place]):
            fault("extra column" if name not in expected else "column twice", name, place)
    if not faults:
        place = next(i for i, name in enumerate(expected) if header[i] != name)
        fault(MOVED, expected[place], place)
    return faults


def _is_all(frame: pl.DataFrame, header: list[str], size: int, lines: int, quotes: int) -> bool:
    """Whether cells account for all of `size` bytes of text in which lines and quotation marks were counted.

    polars fills a row that is too short. So the cells, quoted only where they must be, with a comma or a line end after
    each, have to make up all that there is.
    """
    if frame.height != lines:
        return False
    cell = pl.col(header)
    inside, quoted = 0, 0
    # One long text a column tells which columns have such cells at all.
    marked = frame.select(cell.str.join("").str.contains('[,"]')).row(0) if quotes else ()
    columns = [name for name, some in zip(header, marked, strict=False) if some]
    if columns:
        some = pl.col(columns)
        quoted = sum(frame.select(some.str.contains('[,"]').sum()).row(0))
        inside = sum(frame.select(some.str.count_matches('"', literal=True).sum()).row(0))
    told = sum(frame.select(cell.str.len_bytes().sum()).row(0)) + inside + 2 * quoted
    return quotes == 2 * (inside + quoted) and told + lines * len(header) == size


def _fast_rows(data: bytes, header: list[str], before: int, quotes: int) -> pl.DataFrame | None:
    """Rows as polars reads them; None where it cannot, or where counting shows that it may have read something else.

    `quotes`: quotation marks in `data`.
    """
    if not data:
        return pl.DataFrame(schema=dict.fromkeys(header, pl.String) | {LINE: pl.Int64})
    if b"\r" in data or b"\x00" in data:
        return None
    try:
        frame = pl.read_csv(data, has_header=False, schema=dict.fromkeys(header, pl.String))
    except (pl.exceptions.PolarsError, ValueError):
        return None
    lacking = not data.endswith(b"\n")
    lines = data.count(b"\n") + lacking
    return _numbered(frame, before) if _is_all(frame, header, len(data) + lacking, lines, quotes) else None


def _numbered(frame: pl.DataFrame, before: int) -> pl.DataFrame:
    return frame.with_columns(pl.int_range(before + 1, before + 1 + frame.height, dtype=pl.Int64).alias(LINE))


def _whole_rows(path: Path, resource: Resource) -> pl.DataFrame | None:
    """All rows of a file that polars reads by itself; None where anything about its form asks for a closer look.

    Its bytes are only counted here, and never held.
    """
    header, buffer = resource.columns, bytearray(MAX_LINE // 2)
    first = (",".join(header) + "\n").encode()
    size = lines = quotes = 0
    with path.open("rb") as file:
        while length := file.readinto(buffer):
            if length < len(buffer):
                del buffer[length:]
            ends = buffer.count(b"\n")
            # A line end in each half makes no line too long.
            if not ends or b"\r" in buffer or b"\x00" in buffer or (not size and not buffer.startswith(first)):
                return None
            size, lines, quotes = size + length, lines + ends, quotes + buffer.count(b'"')
            ended = buffer.endswith(b"\n")
    if not size or not ended:
        return None
    try:
        frame = pl.read_csv(path, schema=dict.fromkeys(header, pl.String), glob=False)
    except (pl.exceptions.PolarsError, ValueError):
        return None
    return _numbered(frame, 1) if _is_all(frame, header, size - len(first), lines - 1, quotes) else None


def _blocks(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The bytes of a file in blocks, each with its quotation marks counted.

    A block ends with a line: after a line end before which all quotes are closed, or with the file.
    """
    while block := stream.read(BLOCK):
        rest = [] if block.endswith(b"\n") else [stream.readline()]
        quotes = block.count(b'"') + sum(line.count(b'"') for line in rest)
        while quotes % 2 and (line := stream.readline()):
            quotes += line.count(b'"')
            rest.append(line)
        yield b"".join((block, *rest)) if rest else block, quotes


def _check_lengths(data: bytes, resource: Resource) -> None:
    at = 0
    while len(data) - at > MAX_LINE:
        end = data.rfind(b"\n", at, at + MAX_LINE) + 1
        if not end:
            longest = max(len(line.decode("utf-8", errors="replace")) for line in data.split(b"\n"))
            if longest <= MAX_LINE:
                return
            raise UnreadableError(
                Finding("S108", resource.name, resource.path, 0, params={"why": f"a line of {longest} characters"})
            )
        at = end


def read_chunks(stream: BinaryIO, resource: Resource, faults: list[Finding]) -> Iterator[pl.DataFrame]:
    """Read a CSV file as frames of Strings (null: empty cell) with `_line`.

    Adds every fault of the file's form to `faults`: encoding, header, rows with too many or too few cells. Yields at
    least one frame, which may be empty. Raises `UnreadableError` where no table can be made of the file.
    """
    header: list[str] = []
    before, returns, ended = 0, False, True
    for block, marks in _blocks(stream):
        data, quotes, ended = block, marks, block.endswith((b"\n", b"\r"))
        if not header:
            if not data.strip():
                break
            if data.startswith(b"\xef\xbb\xbf"):
                faults.append(Finding("S104", resource.name, resource.path, 1, params={"why": "BOM"}))
                data = data[3:]
            if b"\r" in data or b"\x00" in data:
                text, found = _decode(data, resource, before)
                returns, data = bool(found), text.encode("utf-8")
                faults += found
            _check_lengths(data, resource)
            first, _, data = data.partition(b"\n")
            quotes -= first.count(b'"')
            header, found = _header(_decode(first, resource, 0)[0], resource)
            faults += found
            if any(f.params["why"] != MOVED for f in found):
                raise UnreadableError
            before = 1
        else:
            _check_lengths(data, resource)
        frame = _fast_rows(data, header, before, quotes)
        if frame is not None:
            before += frame.height
        else:
            text, found = _decode(data, resource, before)
            faults += [] if returns else found
            returns = returns or bool(found)
            frame, found = torn_rows(text, header, resource, before, LINE)
            faults += found
            before += data.count(b"\n") + bool(data and not data.endswith(b"\n"))
        yield frame.select(*resource.columns, LINE)
    if not header:
        raise UnreadableError(Finding("S107", resource.name, resource.path))
    if not ended:
        faults.append(Finding("S121", resource.name, resource.path, before))


def read_text(data: bytes, resource: Resource) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Read CSV bytes as a frame of Strings ("": empty cell) with `_line`; None where no table can be made of them.

    Every fault of the file's form is a finding: encoding, header, rows with too many or too few cells.
    """
    faults: list[Finding] = []
    try:
        frame = pl.concat(list(read_chunks(io.BytesIO(data), resource, faults)))
    except UnreadableError as error:
        return None, [*faults, *error.args]
    return frame.with_columns(pl.col(pl.String).fill_null("")), faults


DTYPES: dict[str, type[pl.DataType]] = {
    "integer": pl.Int64,
    "year": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
}


def _cast(field: Field) -> pl.Expr:
    text = pl.col(field.name)
    if field.type == "boolean":
        return pl.when(text.is_in(["true", "false"])).then(text == "true").otherwise(None).alias(field.name)
    if field.type == "date":
        return text.str.to_date("%Y-%m-%d", strict=False)
    dtype = DTYPES.get(field.type)
    return text.cast(dtype, strict=False) if dtype else text


def typed(raw: pl.DataFrame, resource: Resource) -> pl.DataFrame:
    """Cast columns of text (null: empty cell) to the types of the schema; what cannot be cast becomes null."""
    return raw.select(*(_cast(f) for f in resource.fields), pl.col(LINE))


def _parts(package: Package, faults: list[Finding]) -> Iterator[tuple[Resource, pl.DataFrame, pl.DataFrame] | Resource]:
    """The rows of every resource part by part, as text and cast; a resource alone where no table can be made of it."""
    for resource in package:
        if not package.store.exists(resource.path):
            params = {"path": resource.path, "why": "is no file of the package"}
            faults.append(Finding("S103", resource.name, resource.path, params=params))
            continue
        local = package.store.local(resource.path)
        whole = _whole_rows(local, resource) if local and local.stat().st_size <= WHOLE else None
        if whole is not None:
            yield resource, whole, typed(whole, resource)
            continue
        try:
            with local.open("rb") if local else io.BytesIO(package.store.read(resource.path)) as stream:
                for raw in read_chunks(stream, resource, faults):
                    yield resource, raw, typed(raw, resource)
        except UnreadableError as error:
            faults += error.args
            yield resource


def _is_large(package: Package) -> bool:
    paths = [package.store.local(resource.path) for resource in package]
    return any(path and path.is_file() and path.stat().st_size > BLOCK for path in paths)


def read_tables(package: Package, visit: Visit | None = None) -> tuple[dict[str, Table], list[Finding]]:
    """Read every resource of the package once. Resources that cannot be read are missing from the result.

    `visit` sees each part of a table as text before the text is let go.
    """
    read: dict[str, tuple[Resource, list[pl.DataFrame]]] = {}
    faults: list[Finding] = []
    parts = _parts(package, faults)
    for part in ahead(parts) if visit and _is_large(package) else parts:
        if isinstance(part, Resource):
            read.pop(part.name, None)
            continue
        resource, raw, cast = part
        if visit:
            visit(resource, raw, cast)
        read.setdefault(resource.name, (resource, []))[1].append(cast)
    tables = {
        name: Table(resource, frames[0] if len(frames) == 1 else pl.concat(frames, rechunk=False))
        for name, (resource, frames) in read.items()
    }
    return tables, faults


def read_sound(package: Package) -> dict[str, Table]:
    """Every table of a package in a folder, where another process reads the same files and finds nothing amiss.

    polars then may cast while it reads, which is half the work; of tables that hold it makes what `read_tables` makes.
    Raises what polars raises where it cannot, and `OSError`.
    """
    return {resource.name: Table(resource, _read_sound(package, resource)) for resource in package}


def _read_sound(package: Package, resource: Resource) -> pl.DataFrame:
    dates = [f for f in resource.fields if f.type == "date"]
    schema = {f.name: pl.String if f in dates else DTYPES.get(f.type, pl.String) for f in resource.fields}
    path = package.store.local(resource.path)
    if path is None:
        raise FileNotFoundError(resource.path)
    rows = pl.read_csv(path, schema=schema, row_index_name=LINE, row_index_offset=2, glob=False)
    return rows.select(*(_cast(f) if f in dates else f.name for f in resource.fields), pl.col(LINE).cast(pl.Int64))
