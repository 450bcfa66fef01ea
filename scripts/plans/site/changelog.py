"""The changelog as HTML, its headings one level down so that they fit below the page's own."""

from __future__ import annotations

import re

from planspec.errors import CannotTell


def as_html(text: str) -> str:
    """Markdown as HTML; markup inside the text stays text. The document's own title is left out."""
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise CannotTell(
            "the page of releases needs markdown-it-py, which is not installed",
            'pip install "qingdao-district-plans[site]"',
        ) from error
    body = re.sub(r"\A# [^\n]*\n", "", text)
    # A link to a file of the repository leads nowhere from the site, so only its words stay.
    body = re.sub(r"\[([^\]]+)\]\((?!https?://)[^)]*\)", r"\1", body)
    return str(MarkdownIt("commonmark", {"html": False}).render(body))
