"""Scanning a new report: every figure as a proposed row, by rules and the words of official prose.

`scan` reads a text; `read_vocabulary` brings the indicators and units already known; `render` writes the rows.
Nothing is learned, fetched or remembered: the same text gives the same rows.
"""

from planspec.scan.output import render
from planspec.scan.rows import COLUMNS, Row
from planspec.scan.scan import Scan, scan
from planspec.scan.vocabulary import Vocabulary, read_vocabulary

__all__ = ["COLUMNS", "Row", "Scan", "Vocabulary", "read_vocabulary", "render", "scan"]
