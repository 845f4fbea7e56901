"""Teaching and facilitation notes as HTML: plain Markdown, without raw HTML, images or addresses that run scripts."""

from __future__ import annotations

from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from negotiation import catalogue
from negotiation.errors import UnknownNameError

LOWEST = 6
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])


def note_of(name: str, origin: str) -> Markup | None:
    """Return the note of a catalogue game, None where it has none."""
    if origin != "catalogue":
        return None
    try:
        return rendered(catalogue.note(name))
    except UnknownNameError:
        return None


@lru_cache(maxsize=128)
def rendered(text: str) -> Markup:
    """Return Markdown as HTML that is safe whoever wrote it; headings stand two levels lower, below those of the page.

    Examples
    --------
    >>> rendered("# Dues <script>")
    Markup('<h3>Dues &lt;script&gt;</h3>\\n')
    """
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        _lower(token)
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _lower(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(LOWEST, int(token.tag[1]) + 2)}"
