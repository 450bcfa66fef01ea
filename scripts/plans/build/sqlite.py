"""The package as one SQLite database whose own constraints hold what the Table Schemas declare.

Patterns are translated only where they fix a number of digits: SQLite has no regular expressions, and a CHECK that
calls a function its reader lacks would make the table unwritable. All other declared constraints are in the tables.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any

from plans.build.content import Content, unit
from planspec.errors import CannotTell
from planspec.package import Field, Resource

_TYPES = {"integer": "INTEGER", "year": "INTEGER", "number": "REAL", "boolean": "INTEGER", "date": "DATE"}
_DIGITS = re.compile(r"^\^(?:\[0-9\]|\\d)\{(\d+)\}\$$")
_BOUNDS = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
_LENGTHS = {"minLength": ">=", "maxLength": "<="}
_DATE_GLOB = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"

_DESCRIPTIONS = """
CREATE TABLE _package (name TEXT NOT NULL, version TEXT NOT NULL, created TEXT NOT NULL, title TEXT, title_zh TEXT, description TEXT, licence TEXT);
CREATE TABLE _tables (name TEXT NOT NULL PRIMARY KEY, title TEXT, title_zh TEXT, description TEXT, "rows" INTEGER NOT NULL);
CREATE TABLE _columns (
  "table" TEXT NOT NULL REFERENCES _tables (name), position INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
  title TEXT, title_zh TEXT, unit TEXT, description TEXT, constraints TEXT, PRIMARY KEY ("table", name)
);
"""


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return repr(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"


def _checks(field: Field) -> Iterator[str]:
    """SQL conditions of one column; NULL passes each, as CHECK has it."""
    name = quoted(field.name)
    if field.type == "boolean":
        yield f"{name} IN (0, 1)"
    elif field.type in ("integer", "year"):
        yield f"typeof({name}) IN ('integer', 'null')"
    elif field.type == "number":
        yield f"typeof({name}) IN ('real', 'null')"
    elif field.type == "date":
        yield f"{name} GLOB '{_DATE_GLOB}'"
    else:
        yield f"typeof({name}) IN ('text', 'null') AND {name} <> ''"
    for key, value in field.constraints.items():
        digits = _DIGITS.match(str(value)) if key == "pattern" else None
        if key == "enum":
            yield f"{name} IN ({', '.join(_literal(v) for v in value)})"
        elif key in _BOUNDS:
            yield f"{name} {_BOUNDS[key]} {_literal(value)}"
        elif key in _LENGTHS:
            yield f"length({name}) {_LENGTHS[key]} {int(value)}"
        elif digits:
            yield f"{name} GLOB '{'[0-9]' * int(digits[1])}'"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(n) for n in names)


def table_sql(resource: Resource) -> str:
    """CREATE TABLE with key, references, NOT NULL, UNIQUE and CHECK as the Table Schema declares them."""
    lines = []
    for field in resource.fields:
        line = f"{quoted(field.name)} {_TYPES.get(field.type, 'TEXT')}"
        if field.required or field.name in resource.primary_key:
            line += " NOT NULL"
        if field.constraints.get("unique") and resource.primary_key != (field.name,):
            line += " UNIQUE"
        lines.append(line + "".join(f" CHECK ({check})" for check in _checks(field)))
    if resource.primary_key:
        lines.append(f"PRIMARY KEY ({_names(resource.primary_key)})")
    for reference in resource.references:
        lines.append(
            f"FOREIGN KEY ({quoted(reference.field)}) REFERENCES {quoted(reference.resource)} ({quoted(reference.target)})"
        )
    return f"CREATE TABLE {quoted(resource.name)} (\n  " + ",\n  ".join(lines) + "\n);"


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, date) else value


def _fill(database: sqlite3.Connection, content: Content, resource: Resource) -> None:
    marks = ", ".join("?" * len(resource.fields))
    rows = content.tables[resource.name].frame.select(resource.columns).iter_rows()
    for line, row in enumerate(rows, 2):
        try:
            database.execute(f"INSERT INTO {quoted(resource.name)} VALUES ({marks})", [_cell(v) for v in row])
        except sqlite3.IntegrityError as error:
            raise CannotTell(
                f"{resource.path}:{line}: SQLite refuses the row: {error}", "run plans validate and mend what it finds"
            ) from error


def _describe(database: sqlite3.Connection, content: Content) -> None:
    meta = content.descriptor
    licence = ", ".join(str(entry.get("name", "")) for entry in meta.get("licenses", []))
    created = content.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    about = (
        content.name,
        content.version,
        created,
        meta.get("title"),
        meta.get("title_zh"),
        meta.get("description"),
        licence,
    )
    database.execute("INSERT INTO _package VALUES (?, ?, ?, ?, ?, ?, ?)", about)
    for resource in content.resources:
        texts = [resource.meta.get(name) for name in ("title", "title_zh", "description")]
        database.execute(
            "INSERT INTO _tables VALUES (?, ?, ?, ?, ?)", (resource.name, *texts, len(content.tables[resource.name]))
        )
        for position, field in enumerate(resource.fields, 1):
            constraints = json.dumps(field.constraints, ensure_ascii=False, sort_keys=True)
            titles = (
                field.meta.get("title"),
                field.meta.get("title_zh"),
                unit(field) or None,
                field.meta.get("description"),
            )
            row = (resource.name, position, field.name, field.type, *titles, constraints)
            database.execute("INSERT INTO _columns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _dangling(database: sqlite3.Connection) -> None:
    for table, row, parent, _ in database.execute("PRAGMA foreign_key_check").fetchall():
        raise CannotTell(
            f"row {row} of {table} refers to a key that {parent} does not have",
            "run plans validate and mend what it finds",
        )


def database(content: Content) -> sqlite3.Connection:
    """The database in memory, complete, with foreign keys switched on."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.executescript("PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA foreign_keys = ON;")
    made.execute("BEGIN")
    # Two tables may refer to each other; references are judged when all rows are there.
    made.execute("PRAGMA defer_foreign_keys = ON")
    for statement in _DESCRIPTIONS.split(";\n"):
        made.execute(statement)
    for resource in content.resources:
        made.execute(table_sql(resource))
        for reference in resource.references:
            index = quoted(f"{resource.name}_{reference.field}")
            made.execute(f"CREATE INDEX {index} ON {quoted(resource.name)} ({quoted(reference.field)})")
    for resource in content.resources:
        _fill(made, content, resource)
    _describe(made, content)
    _dangling(made)
    made.execute("COMMIT")
    views = files("plans.build").joinpath("views.sql").read_text(encoding="utf-8")
    try:
        made.executescript(views)
        for (view,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name").fetchall():
            made.execute(f"SELECT * FROM {quoted(view)} LIMIT 0")
    except sqlite3.OperationalError as error:
        raise CannotTell(
            f"a view cannot be made: {error}", "change build/views.sql with the columns it reads"
        ) from error
    return made


def make(content: Content) -> dict[str, bytes]:
    """`<name>.sqlite`."""
    made = database(content)
    try:
        made.execute("VACUUM")
        return {f"{content.name}.sqlite": made.serialize()}
    finally:
        made.close()
