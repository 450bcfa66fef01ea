"""Scripts and styles of the site: ours from this package, others' from the npm registry, pinned by the lock file.

No third-party script is kept in the repository. `npm ci` fetches the versions and checks the checksums that
`package-lock.json` names; what it fetched is kept in the user's cache under the lock file's own checksum.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

from planspec.errors import CannotTell

OURS = ("site.css", "site.js", "explore.js", "chooser.js")
"""Files of `static/` that go to the site as they are."""

THEIRS = {
    "datatables.js": ("datatables.net", "js/dataTables.min.js"),
    "vega.js": ("vega", "build/vega.min.js"),
}
"""File of the site: npm package and the file in it."""

LICENCES = {"datatables.net": ("License.txt",), "vega": ("LICENSE",)}


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "qingdao-district-plans"


def node_modules(*, development: bool = False) -> Path:
    """Folder of the pinned packages, fetched with `npm ci` unless an earlier run has them.

    `development` adds what only the tests need. Raises `CannotTell` without npm or without the registry.
    """
    here = files("plans.site")
    lock = here.joinpath("package-lock.json").read_bytes()
    manifest = here.joinpath("package.json").read_bytes()
    name = hashlib.sha256(lock + manifest + (b"dev" if development else b"")).hexdigest()[:16]
    wanted = _cache() / f"site-{name}"
    if (wanted / "node_modules").is_dir():
        return wanted / "node_modules"
    npm = shutil.which("npm")
    if npm is None:
        raise CannotTell(
            "the site takes its scripts from the npm registry, and npm is not installed",
            "install Node.js, or give --packages DIR with a node_modules folder",
        )
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=wanted.parent, prefix=".site-"))
    except OSError as error:
        raise CannotTell(
            f"{wanted.parent} cannot be written: {error.strerror}", "set XDG_CACHE_HOME to a folder you may write to"
        ) from error
    try:
        (folder / "package.json").write_bytes(manifest)
        (folder / "package-lock.json").write_bytes(lock)
        command = [
            npm,
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-bin-links",
            "--silent",
            *([] if development else ["--omit=dev"]),
        ]
        result = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        if result.returncode:
            why = (result.stderr or result.stdout).strip().splitlines()
            raise CannotTell(
                f"npm ci failed: {why[-1] if why else result.returncode}",
                "check the network, or give --packages DIR with a node_modules folder",
            )
        try:
            folder.rename(wanted)
        except OSError:
            # Another run finished first; its folder holds the same bytes.
            if not (wanted / "node_modules").is_dir():
                raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return wanted / "node_modules"


def scripts(packages: Path | None) -> dict[str, bytes]:
    """Name in `assets/` → bytes, ours and others', with the others' licences.

    `packages`: a prepared `node_modules` folder, or None to fetch the pinned packages.
    """
    found = {name: files("plans.site").joinpath("static", name).read_bytes() for name in OURS}
    modules = packages or node_modules()
    licences = []
    for name, (package, path) in THEIRS.items():
        file = modules / package / path
        if not file.is_file():
            raise CannotTell(
                f"{modules.name} holds no {package}/{path}",
                "run npm ci beside package-lock.json, or leave --packages out",
            )
        # A source map is not shipped, so its mention would make a browser ask for it.
        lines = file.read_bytes().splitlines(keepends=True)
        found[name] = b"".join(line for line in lines if not line.startswith(b"//# sourceMappingURL"))
        licence = next((modules / package / n for n in LICENCES[package] if (modules / package / n).is_file()), None)
        licences.append(f"{package}\n\n" + (licence.read_text(encoding="utf-8").strip() if licence else ""))
    found["licences.txt"] = ("\n\n----\n\n".join(licences) + "\n").encode()
    return found
