"""The SVG around what is drawn: its size, its ground, and its text alternative."""

import hashlib
from collections.abc import Sequence

from primer_core.picture.palette import Palette
from primer_core.picture.svg.boxes import SANS, px
from primer_core.picture.svg.texts import escape


def document(
    content: Sequence[str], width: float, height: float, palette: Palette, title: str, description: str
) -> str:
    """Put marks into an SVG of `width` by `height` pixels that is named, and described, to a screen reader."""
    body = "".join(content)
    # Ids are the page's, where an SVG stands in one: made of what it shows, they are the same each time.
    own = hashlib.sha256(f"{title}\0{description}\0{body}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
    ground = f'<rect width="100%" height="100%" fill="{palette.ground}"/>' if palette.paints_ground else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title-{own} description-{own}" '
        f'width="{px(width)}" height="{px(height)}" viewBox="0 0 {px(width)} {px(height)}" '
        f'style="max-width: 100%; height: auto" font-family="{SANS}">'
        f'<title id="title-{own}">{escape(title)}</title><desc id="description-{own}">{escape(description)}</desc>'
        f"{ground}{body}</svg>"
    )
