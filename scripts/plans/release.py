"""Cutting a release: what speaks against it, what it would write, and doing it whole or not at all."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path

from plans.changelog import section, summary
from plans.stamp import UNRELEASED, descriptor_text, read_descriptor, stamped_files, with_version
from planspec.counts import with_counts
from planspec.diff import LEVELS, Diff, compare, least_next, opened, parse_version, step
from planspec.diff.repository import Repository, complaint, run_git
from planspec.errors import CannotTell
from planspec.files import write_whole
from planspec.package import DESCRIPTOR, FolderStore, open_package
from planspec.rules.run import Report, validate
from planspec.rules.source import Folders

TAG = "data-v"
"""Tags of data releases; the tool's versions have tags of their own."""
SHOWN = 5
"""Findings, files or reasons listed in a refusal; the rest is counted."""


@dataclass(frozen=True)
class Refusal:
    """Why there will be no release, and what to do about it."""

    why: str
    mend: str
    details: tuple[str, ...] = ()


@dataclass
class Plan:
    """A release as it would be. `files`: path under `folder` → (text now or None, text then), only those that change.

    `last` is the newest release among the ancestors of HEAD, "" where there is none; `diff` is against it.
    """

    folder: Path
    repository: Repository
    head: str
    name: str
    version: str
    date: str
    last: str
    diff: Diff | None
    report: Report
    refusals: list[Refusal] = field(default_factory=list)
    files: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    notes: str = ""

    @property
    def tag(self) -> str:
        return TAG + self.version

    @property
    def message(self) -> str:
        """Message of the commit."""
        return f"Release data {self.version}"

    @property
    def tag_message(self) -> str:
        """Message of the annotated tag: the changelog's section."""
        return f"{self.name} {self.version}\n\n{self.notes}".strip() + "\n"


def prepare(folder: Path, version: str, date: str, sources: Folders) -> Plan:
    """Look at everything a release needs; nothing is written.

    `date`: YYYY-MM-DD. `sources`: folder or folders of the source texts, or None. Raises `CannotTell` for a version that is not
    three numbers, and for a folder that holds no package or is in no git repository with a commit.
    """
    try:
        parse_version(version)
    except ValueError as error:
        raise CannotTell(f"{version!r} is no version", "write three numbers: 0.2.0") from error
    package = open_package(folder)
    if not isinstance(package.store, FolderStore) or not folder.is_dir():
        raise CannotTell(f"{folder} is no folder", "a release is cut from the folder of the package")
    try:
        repository = Repository.around(folder)
    except CannotTell as error:
        raise CannotTell(
            error.what,
            "a release is a commit and a tag: run this in a clone of the package's repository (`git clone`), or name the folder of"
            " the package in one with --package",
        ) from error
    head = repository.commit("HEAD")
    if not head:
        raise CannotTell("the repository has no commit yet", "commit the package first")
    last = _last(repository)
    descriptor = read_descriptor(folder)
    refusals = [*_dirty(repository), *_numbers(repository, version, last, str(descriptor.get("version", "")))]
    diff = None
    if last:
        with opened(TAG + last, folder) as before, opened(str(folder)) as after:
            diff = compare(before, after)
            refusals += _too_early(date, last, str(before.package.descriptor.get("created", ""))[:10])
        refusals += _too_small(diff, last, version)
    report = validate(folder, sources, limit=SHOWN)
    refusals += _errors(report)
    plan = Plan(folder, repository, head, package.name, version, date, last, diff, report, refusals)
    then = with_version(with_counts(package)[0], version, date)
    texts = {DESCRIPTOR: descriptor_text(then), **stamped_files(folder, then, summary(diff, package))}
    for path, text in texts.items():
        now = (folder / path).read_bytes().decode("utf-8") if (folder / path).is_file() else None
        if now != text:
            plan.files[path] = (now, text)
    plan.notes = section(texts["CHANGELOG.md"], version)
    return plan


def _tags(repository: Repository, *filters: str) -> list[tuple[int, int, int]]:
    found = []
    for tag in repository.text("tag", "--list", *filters, f"{TAG}*").split("\n"):
        try:
            found.append(parse_version(tag.removeprefix(TAG)))
        except ValueError:
            continue
    return sorted(found)


def _last(repository: Repository) -> str:
    merged = _tags(repository, "--merged", "HEAD")
    return ".".join(map(str, merged[-1])) if merged else ""


def _dirty(repository: Repository) -> list[Refusal]:
    status = repository.git("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames").decode(
        "utf-8", "replace"
    )
    paths = [entry[3:] for entry in status.split("\0") if len(entry) > 3]
    if not paths:
        return []
    details = (*paths[:SHOWN], *([f"… and {len(paths) - SHOWN} more"] if len(paths) > SHOWN else []))
    return [
        Refusal(
            f"the tree is dirty: {len(paths)} files differ from the last commit",
            "commit or stash them; a release is what is committed",
            details,
        )
    ]


def _numbers(repository: Repository, version: str, last: str, stamped: str) -> list[Refusal]:
    """Refusals over the number itself: it exists, it is not later, or the descriptor tells of a release not at hand."""
    refusals = []
    if parse_version(version) in _tags(repository):
        commit = repository.commit(f"refs/tags/{TAG}{version}")[:12]
        refusals.append(
            Refusal(
                f"version {version} exists: tag {TAG}{version} at {commit}",
                "choose a later version; a version never changes once it is out",
            )
        )
    elif last and step(last, version) == "none":
        refusals.append(
            Refusal(
                f"{version} is not later than {last}, the last release", f"choose {least_next(last, 'patch')} or later"
            )
        )
    if stamped not in ("", last or UNRELEASED, version):
        known = f"the last release at hand is {last}" if last else "no release is at hand"
        refusals.append(
            Refusal(
                f"{DESCRIPTOR} says {stamped}, but {known}",
                f"fetch the tags (git fetch --tags; in a shallow clone git fetch --tags --unshallow) or set the version back to {last or UNRELEASED}; only a release stamps it",
            )
        )
    return refusals


def _too_early(date: str, last: str, dated: str) -> list[Refusal]:
    """A refusal where the date is before that of the last release; both are YYYY-MM-DD, which sort as text."""
    if date >= dated:
        return []
    return [Refusal(f"{date} is before {dated}, the date of the last release, {last}", f"give --date {dated} or later")]


def _too_small(diff: Diff, last: str, version: str) -> list[Refusal]:
    from plans.diffs.words import reason_text

    taken = step(last, version)
    if taken == "none" or LEVELS.index(taken) >= LEVELS.index(diff.demanded):
        return []
    beyond = [f"{r.level}: {reason_text(r, 'en')}" for r in diff.reasons if LEVELS.index(r.level) > LEVELS.index(taken)]
    details = (*beyond[:SHOWN], *([f"… and {len(beyond) - SHOWN} more reasons"] if len(beyond) > SHOWN else []))
    return [
        Refusal(
            f"{last} → {version} is a {taken} step, but the changes since {TAG}{last} demand {diff.demanded}",
            f"release {least_next(last, diff.demanded)}, or take the change back (docs/versioning.md)",
            details,
        )
    ]


def _errors(report: Report) -> list[Refusal]:
    from plans.reports.words import message, place

    if report.holds:
        return []
    listed = [f for f in report.findings if report.severity(f.rule) == "error"][:SHOWN]
    details = tuple(f"{place(f)} {f'[{f.key}] ' if f.key else ''}{f.rule}: {message(f, 'en')}" for f in listed)
    return [
        Refusal(
            f"the data do not hold: {report.count('error')} errors",
            "plans validate lists them all with their mends",
            details,
        )
    ]


def perform(plan: Plan) -> str:
    """Write the files, commit them and tag the commit; the hash of the commit.

    Whatever fails on the way, the folder and the branch are put back as they were. Raises `CannotTell` where git
    refuses, and where HEAD moved since the plan was made.
    """
    if plan.refusals:
        raise ValueError("a refused release is not performed")
    git = plan.repository.git
    if plan.repository.commit("HEAD") != plan.head:
        raise CannotTell("HEAD moved while the release was prepared", "run plans release again")
    paths = [str(plan.folder.resolve() / p) for p in plan.files]
    done = False
    try:
        for path, (_, text) in plan.files.items():
            write_whole(plan.folder / path, text.encode("utf-8"))
        if paths:
            git("--literal-pathspecs", "add", "--force", "--", *paths)
            git("commit", "--quiet", "--cleanup=whitespace", "--message", plan.message, "--", *paths)
        commit = plan.repository.commit("HEAD")
        git("tag", "--annotate", "--cleanup=whitespace", "--message", plan.tag_message, plan.tag, commit)
        done = True
    finally:
        if not done:
            _put_back(plan, paths)
    return commit


def _put_back(plan: Plan, paths: list[str]) -> None:
    """The branch, the index and the written files as before; nothing else is touched."""
    failed = run_git(plan.repository.root, "reset", "--quiet", "--soft", plan.head)
    if paths:
        run_git(plan.repository.root, "reset", "--quiet", plan.head, "--", *paths)
    for path, (before, _) in plan.files.items():
        if before is None:
            (plan.folder / path).unlink(missing_ok=True)
        else:
            write_whole(plan.folder / path, before.encode("utf-8"))
    if failed.returncode:
        raise CannotTell(f"the branch could not be put back: {complaint(failed)}", f"git reset --soft {plan.head[:12]}")


def describe(plan: Plan, *, whole: bool) -> str:
    """The plan for a person: what it is measured against, what speaks against it, and (`whole`) every file to write."""
    lines = [f"{plan.name} {plan.version}, dated {plan.date}"]
    lines += [
        f"  last release: {TAG}{plan.last}" if plan.last else "  last release: none, this is the first",
        *_demand(plan),
    ]
    report = plan.report
    counts = ", ".join(f"{report.count(s)} {s}s" for s in ("error", "warning"))
    lines.append(f"  the data {'hold' if report.holds else 'do not hold'}: {counts}")
    if report.skipped:
        lines.append(
            f"  not checked: {', '.join(sorted(report.skipped))} ({'; '.join(sorted(set(report.skipped.values())))})"
        )
    for refusal in plan.refusals:
        lines += ["", f"Refused: {refusal.why}", *(f"    {d}" for d in refusal.details), f"  to mend: {refusal.mend}"]
    if whole:
        lines += ["", f"Files to write ({len(plan.files)})"]
        for path, (before, after) in plan.files.items():
            shown = difflib.unified_diff((before or "").splitlines(), after.splitlines(), path, path, n=1, lineterm="")
            lines += [f"  {line}".rstrip() for line in shown]
        lines += [
            "",
            f"Commit: {plan.message}",
            f"Tag: {plan.tag}",
            *(f"  {line}".rstrip() for line in plan.tag_message.splitlines()),
        ]
    return "\n".join(lines) + "\n"


def _demand(plan: Plan) -> list[str]:
    from plans.diffs.words import reason_text

    if plan.diff is None:
        return []
    if plan.diff.empty:
        return ["  nothing in the package changed since"]
    lines = [f"  the changes since demand: {plan.diff.demanded} (at least {plan.diff.least})"]
    return lines + [f"    {r.level:<6} {reason_text(r, 'en')}" for r in plan.diff.reasons]
