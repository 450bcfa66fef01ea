"""Scoring scan against labels: what counts as right, what as missed, and that the kept labels are labels."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest

from plans.scan_labels import Share, main, read_labels, record, score_labels
from planspec.errors import CannotTell
from planspec.scan import read_vocabulary

TEXT = """云桥市政府工作报告

各位代表：

一、2024年工作回顾

新增企业120家。

二、2025年工作安排

今年主要预期目标是：地区生产总值增长6%左右，固定资产投资增长9%，居民收入与经济增长同步。

新建学校5所，完成投资30亿元以上。
"""
LABELLED = Path(__file__).parent / "fixtures" / "scan"
HEADLINE = ("text", "split", "year", "start", "end", "value", "unit", "comparator")
FIGURES = (*HEADLINE[:5], "role", "reason", *HEADLINE[5:])


def labels_for(folder: Path, headline: list[tuple], figures: list[tuple]) -> Path:
    """Labels of TEXT in `folder`: the words label stand on, then what is claimed of them."""
    sha256 = hashlib.sha256(TEXT.encode("utf-8")).hexdigest()
    for name, columns, rows in (
        ("labels-headline.csv", HEADLINE, headline),
        ("labels-figures.csv", FIGURES, figures),
    ):
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            for words, inside, *claims in rows:
                start = TEXT.index(words) + words.index(inside)
                writer.writerow([sha256, "own", "2025", start, start + len(inside), *claims])
    return folder


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "report.txt").write_bytes(TEXT.encode("utf-8"))
    return folder


def test_right_wrong_missed_and_surplus_are_told_apart(tmp_path: Path, texts: Path, root: Path) -> None:
    labels = labels_for(
        tmp_path,
        [
            ("增长6%", "6", "6", "%", "approx"),
            ("居民收入与经济增长同步", "居民收入与经济增长同步", "", "", "in_step"),
            ("学校5所", "5", "5", "所", "eq"),
        ],
        [
            ("企业120家", "120", "result", "", "120", "家", "eq"),
            ("学校5所", "5", "target", "", "5", "所", "eq"),
            ("投资30亿元", "30", "target", "", "30", "亿元", "eq"),
            ("学校5所", "所", "target", "", "", "", ""),
            ("2024年", "2024", "target|context", "date", "", "", ""),
        ],
    )
    tally = score_labels(labels, [texts], read_vocabulary(root))["own"]
    assert (tally.headline.right, tally.headline.asked) == (2, 3)
    assert (tally.proposed.right, tally.proposed.asked) == (2, 3), "the 9 is marked, and no label asks for it"
    assert (tally.role.right, tally.role.asked) == (4, 5)
    assert (tally.target.right, tally.target.asked) == (1, 2), "30 is at least, not exactly"
    assert tally.confused == {"target → missed": 1}


def test_texts_that_are_not_at_hand_are_counted_or_refused(tmp_path: Path, texts: Path, root: Path) -> None:
    labels = labels_for(tmp_path, [], [("企业120家", "120", "result", "", "", "", "")])
    (texts / "report.txt").unlink()
    with pytest.raises(CannotTell, match="none of the labelled texts"):
        score_labels(labels, [texts], read_vocabulary(root))
    assert main(["--texts", str(texts), "--labels", str(labels), "--package", str(root)]) == 2


def test_recorded_states_stay_beside_new_ones(tmp_path: Path, texts: Path, root: Path) -> None:
    labels = labels_for(tmp_path, [], [("企业120家", "120", "result", "", "", "", "")])
    tallies = score_labels(labels, [texts], read_vocabulary(root))
    for state in ("one", "two"):
        record(tmp_path / "kept.json", state, tallies)
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    assert list(kept) == ["one", "two"]
    assert kept["two"]["own"]["role"]["of_100"] == 100.0


def test_interval_is_wilsons() -> None:
    """81 of 263, the example of Newcombe (1998): 0.2553 to 0.3662."""
    low, high = Share(81, 263).interval()
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert Share(5, 5).interval()[1] == pytest.approx(1)


def test_kept_labels_hold_no_words_of_a_text() -> None:
    headline, figures = read_labels(LABELLED)
    assert len(headline) > 400
    assert len(figures) > 1000
    for label in (*headline, *figures):
        assert len(label["text"]) == 64
        assert all(
            len(cell) <= 10 for name, cell in label.items() if name not in ("text", "role", "reason", "comparator")
        )
        assert not label["start"] or int(label["start"]) < int(label["end"])
    assert {r for label in figures for r in label["role"].split("|")} <= {
        "target",
        "result",
        "project",
        "initiative",
        "context",
        "furniture",
    }
