"""Reading a git repository through git itself, without touching its working tree."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from planspec.errors import CannotTell
from planspec.package import MAX_FILE_BYTES


def run_git(folder: Path, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, its messages in English. The caller judges the exit code.

    Raises `CannotTell` where there is no git.
    """
    environment = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "C",
        "GIT_TERMINAL_PROMPT": "0",
    }
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments], input=stdin, capture_output=True, check=False, env=environment
        )
    except OSError as error:
        raise CannotTell(f"git cannot be run: {error.strerror}", "install git") from error


def complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    """The line of git's error output that says what is wrong."""
    lines = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return next(
        (line for line in lines if line.startswith(("fatal:", "error:"))),
        lines[-1] if lines else f"exit {done.returncode}",
    )


@dataclass(frozen=True)
class Repository:
    """A git repository: `root` is its top folder, `prefix` the package's folder inside it ("" or "a/b/")."""

    root: Path
    prefix: str

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository that a folder lies in. Raises `CannotTell` where there is none."""
        done = run_git(folder, "rev-parse", "--show-toplevel", "--show-prefix")
        if done.returncode:
            raise CannotTell(
                f"{folder} is in no git repository ({complaint(done)})", "give a folder, a zip or a URL instead"
            )
        top, prefix = done.stdout.decode("utf-8", "surrogateescape").split("\n")[:2]
        return cls(Path(top), prefix)

    def git(self, *arguments: str) -> bytes:
        """Output of a git command that must succeed. Raises `CannotTell` with git's own complaint."""
        done = run_git(self.root, *arguments)
        if done.returncode:
            command = next(a for a in arguments if not a.startswith("-"))
            raise CannotTell(f"git {command} failed: {complaint(done)}")
        return done.stdout

    def text(self, *arguments: str) -> str:
        """Output of a git command as text, without the last newline."""
        return self.git(*arguments).decode("utf-8", "replace").rstrip("\n")

    def commit(self, revision: str) -> str:
        """Full hash of the commit a revision names; "" where it names none."""
        if revision.startswith("-") or not revision.strip() or "\0" in revision:
            return ""
        done = run_git(self.root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return "" if done.returncode else done.stdout.decode("ascii").strip()

    def read(self, commit: str, path: str) -> bytes | None:
        """Bytes of a file as committed; None where the commit has no such file."""
        listed = self.git("--literal-pathspecs", "ls-tree", "--full-tree", "--long", "-z", commit, "--", path).decode(
            "utf-8", "surrogateescape"
        )
        for entry in listed.split("\0"):
            about, _, name = entry.partition("\t")
            if name != path:
                continue
            mode, kind, blob, size = about.split()
            if kind != "blob":
                return None
            if mode == "120000":
                raise CannotTell(f"{path} is a symbolic link in {commit[:12]}", "commit the file itself")
            if int(size) > MAX_FILE_BYTES:
                raise CannotTell(f"{path} has {size} bytes, more than the {MAX_FILE_BYTES} a file may have")
            return self.git("cat-file", "blob", blob)
        return None
