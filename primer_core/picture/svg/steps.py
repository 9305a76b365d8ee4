"""Steps that a learner built as an SVG shows them: ``<g class="step done">`` each, ``failed`` or ``waiting`` else."""

from primer_core.picture.palette import Palette
from primer_core.picture.steps import StepCard, Steps
from primer_core.picture.svg.boxes import Box, badge, beside, column, group, paragraph, rectangle, wrapped_left
from primer_core.picture.text import Text

_WIDEST, _LEAST = 760.0, 330.0
_LEFT = 36.0  # where a card's text begins, behind its number
_TONES = {"view": "info", "copy": "warn", "error": "bad"}


def steps(part: Steps, palette: Palette, room: float) -> Box:
    """Draw what the first step is given, and a card a step; what can be added is no part of the picture."""
    width = max(min(room, _WIDEST), _LEAST)
    blocks = []
    if part.start:
        name = paragraph(part.name, 15, palette.ink, palette, width, kind="name", weight=600, mono=True)
        blocks.append(wrapped_left([Box((), _LEFT - 14, 1), name, *_facts(part.start, palette, width)], 14, 2, width))
    blocks += [_card(card, place + 1, palette, width) for place, card in enumerate(part.cards)]
    drawn = column(blocks, 7)
    return Box(drawn.marks, max(drawn.width, width), drawn.height)


def _facts(facts: tuple[str, ...], palette: Palette, room: float, *, first: str = "") -> list[Box]:
    colours = [first or palette.soft, *(palette.soft for _ in facts)]
    return [
        paragraph(fact, 13, colour, palette, room, kind="fact", weight=500, mono=True)
        for fact, colour in zip(facts, colours, strict=False)
    ]


def _card(card: StepCard, number: int, palette: Palette, width: float) -> Box:
    room = width - _LEFT - 14
    waiting, failed = card.outcome == "waiting", card.outcome == "failed"
    ink = palette.soft if waiting else palette.ink
    text = paragraph(card.text, 14.5, ink, palette, room, kind="text", mono=True)
    told = _facts(card.facts, palette, room, first=palette.ink)
    if card.word:
        word = badge(card.word, _TONES.get(card.tone, "plain"), palette)
        told.append(Box((f'<g data-tone="{card.tone}">', *word.marks, "</g>"), word.width, word.height))
    facts = wrapped_left(told, 12, 2, room)
    blocks = []
    if text.width + facts.width + 16 <= room:
        gap = room - text.width - facts.width
        blocks.append(beside([text, facts], gap) if told else text)
    else:
        blocks += [text, facts]
    words = palette.tones["bad"][1] if failed else palette.soft
    blocks += [paragraph(message, 13, words, palette, room, kind="message") for message in card.messages]
    if card.remedies:
        blocks.append(paragraph("What would work", 13, palette.soft, palette, room, kind="remedies", weight=600))
        blocks.append(wrapped_left([_remedy(remedy.label, palette, room) for remedy in card.remedies], 6, 6, room))
    inner = column(blocks, 6)
    height = inner.height + 18
    edge = palette.tones["bad"][1] if failed else palette.line
    counted = paragraph(str(number), 12.5, palette.soft, palette, 30, kind="place")
    return Box(
        (
            f'<g class="step {card.outcome}">',
            rectangle(0, 0, width, height, palette.ground if not waiting else "none", radius=8, edge=edge,
                      dash="4 3" if waiting else ""),
            group(counted.marks, _LEFT - 12 - counted.width, 10),
            group(inner.marks, _LEFT, 9),
            "</g>",
        ),
        width,
        height,
    )  # fmt: skip


def _remedy(label: Text, palette: Palette, room: float) -> Box:
    text = paragraph(label, 13, palette.ink, palette, room - 22, kind="remedy", anchor="middle")
    frame = rectangle(0, 0, text.width + 22, text.height + 10, palette.ground, radius=7, edge=palette.line)
    return Box((frame, group(text.marks, 11, 5)), text.width + 22, text.height + 10)
