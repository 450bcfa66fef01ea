"""`python -m plans.mutation`: run the suite and write docs/mutation.json and docs/mutation.md.

python -m plans.mutation                     the whole plan, both pages written
python -m plans.mutation --seed 7            another plan; only its totals are added to the pages
python -m plans.mutation --sample 60         a part of it, printed only
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from plans.mutation.judge import judge
from plans.mutation.mutants import plan, sample
from plans.mutation.report import page, result, share, stored
from planspec.errors import CannotTell
from planspec.files import write_whole
from planspec.rules.source import find_sources

SEED = 20250101


def main(arguments: list[str] | None = None) -> int:
    """Run the suite; 0 when it ran, 2 when it could not."""
    parser = argparse.ArgumentParser(
        prog="python -m plans.mutation", description="Corrupt the package and count what validation notices."
    )
    parser.add_argument("path", nargs="?", default=".", type=Path, help="the package (default: the current folder)")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="judge only N mutants and write no page")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--no-yardstick", action="store_true", help="leave frictionless out, of another seed only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sources", type=Path, default=None, metavar="DIR", help="folder of the source texts")
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except CannotTell as error:
        sys.stderr.write(f"mutation could not tell: {error.what}\n  to mend: {error.mend}\n")
        return 2


def _run(options: argparse.Namespace) -> int:
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    sources = find_sources(options.path, options.sources, os.environ.get("PLANS_SOURCES"))
    if sources is None and not options.sample:
        raise CannotTell(
            "the source texts are not at hand, so one half of the page cannot be made",
            "give --sources DIR, or --sample N for a part without them",
        )
    begun = time.perf_counter()
    mutants, sound = plan(options.path, options.seed)
    if options.sample:
        mutants = sample(mutants, options.sample, options.seed)
    yardstick = not (options.no_yardstick and options.seed != SEED)
    verdicts = []
    for verdict in judge(options.path, sound, mutants, sources, options.jobs, yardstick=yardstick):
        verdicts.append(verdict)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{len(verdicts)}/{len(mutants)} mutants")
    seconds = time.perf_counter() - begun
    data = result(mutants, verdicts, options.seed, whole=not options.sample, package=options.path)
    if not options.sample:
        _write(options.path / "docs", data, yardstick=yardstick)
    total = data["all"]
    sys.stdout.write(
        f"{total['mutants']} mutants in {seconds:.0f} s; caught with texts {share(total['with_texts'], total['mutants'])}, "
        f"without {share(total['without_texts'], total['mutants'])}, by an error {share(total['errors'], total['mutants'])} and "
        f"{share(total['errors_without_texts'], total['mutants'])}, frictionless alone {share(total['frictionless'], total['mutants'])}\n"
    )
    for survivor in data["survivors"] if options.sample else ():
        sys.stdout.write(f"{survivor['place']} [{survivor['kind']}] {survivor['before']} → {survivor['after']}\n")
    return 0


def _write(folder: Path, data: dict[str, Any], *, yardstick: bool) -> None:
    """Write both pages; of a seed that is not the published one, only its totals."""
    kept = stored(folder / "mutation.json")
    if data["seed"] == SEED:
        whole = data | {"other_seeds": kept.get("other_seeds", {})}
    elif not kept:
        raise CannotTell("docs/mutation.json is not there", "run python -m plans.mutation without --seed first")
    else:
        counts = data["all"] | ({} if yardstick else {"frictionless": None}) | {"rules": len(data["judged"]["rules"])}
        whole = kept | {"other_seeds": {**kept.get("other_seeds", {}), str(data["seed"]): counts}}
    text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / "mutation.json", text.encode("utf-8"))
    write_whole(folder / "mutation.md", page(whole).encode("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
