"""The layers of the network that was called last as a table, and the layer that broke against its input."""

from __future__ import annotations

from collections.abc import Iterator

from primer_core.claims.claim import thousands
from primer_core.claims.networks import CallGives, LayerBroke, LayerGave, LayerWants, NetworkLearns
from primer_core.language.programs.layers import Forward, LayerCall
from primer_core.lessons.own_lines import claims
from primer_core.lessons.own_lines.explain import Shown
from primer_core.lessons.spoken import spoken
from primer_core.picture.parts import Fix, Fixes, Heading, Note, Part, SizeCell, SizeRow, Sizes, Table, TableCell
from primer_core.picture.text import Code, joined, text

_LINED_UP = ("Linear", "Conv1d", "Conv2d", "LayerNorm", "LSTM", "GRU", "RNN")
"""Layers whose weight meets the last axes of the input, axis by axis from the right."""


def layers_parts(shown: Shown) -> Iterator[Part]:
    """Show the layers of a network in their order, with what each gave and learns; nothing where none was called."""
    forward = shown.forward
    if forward is None:
        yield from _offered(shown)
        return
    said = claims.of_layers(shown)
    yield Heading(f"Layers of {forward.called}")
    first, broke = forward.layers[0], forward.broke
    rows = [_row("input", None, str(first.given[0]))] if first.given else []
    gave = (claim for claim in said if isinstance(claim, LayerGave))
    rows += [_row(claim.name, claim, str(claim.gave), _count(claim.parameters)) for claim in gave]
    for claim in said:
        if isinstance(claim, LayerBroke) and broke is not None:
            count = "" if broke.holds else _count(broke.parameters)
            rows.append(_row(claim.name or forward.called, claim, "✗", count, broken=True))
    learns = joined([spoken(claim) for claim in said if isinstance(claim, NetworkLearns)])
    if not forward.waiting:
        total = TableCell(text(_count(forward.parameters)), "number")
        rows.append((TableCell(text("in all"), "head"), TableCell(()), total, TableCell((), "words", learns)))
    head = (text("layer"), text("output shape"), text("parameters"), text("what it is"))
    yield Table(head, tuple(rows), "Layers in the order in which they were called")
    if forward.left_out:
        yield Note(text(f"{forward.left_out} more calls of layers are left out."))


def breaks(shown: Shown) -> Iterator[Part]:
    """Say where a network broke: the layer, its input against its weight, and the number that would have fitted."""
    forward = shown.forward
    if forward is None or forward.broke is None:
        return
    for claim in claims.of_layers(shown):
        if isinstance(claim, LayerBroke | LayerWants):
            yield Note(spoken(claim))
        if isinstance(claim, LayerBroke):
            yield from _against(forward, forward.broke)


def _against(forward: Forward, broke: LayerCall) -> Iterator[Part]:
    """Line the shapes of input and weight up from the right, with the axis that clashes."""
    if broke.kind not in _LINED_UP or forward.misfit is None or broke.weight is None or not broke.given:
        return
    shapes = {"input": broke.given[0], "weight": broke.weight}
    axis = -(len(broke.weight) - 1) if broke.kind.startswith("Conv") else -1
    most = max(map(len, shapes.values()))
    rows = []
    for name, shape in shapes.items():
        cells = [SizeCell(tone="missing")] * (most - len(shape))
        cells += [SizeCell(str(n), tone="clash" if i - len(shape) == axis else "") for i, n in enumerate(shape)]
        rows.append(SizeRow(name, shape, tuple(cells)))
    yield Sizes(tuple((f"axis −{most - place}", "") for place in range(most)), tuple(rows))


def _offered(shown: Shown) -> Iterator[Part]:
    """Offer a line that gives an input to a network that is never called."""
    given = shown.input
    if given is None:
        return
    yield Heading(f"Layers of {given.name}")
    for claim in claims.of_input(shown):
        if isinstance(claim, CallGives):
            yield Fixes((Fix(spoken(claim), {"program": given.source}),), "Give it an input")
        else:
            yield Note(spoken(claim))


def _row(
    name: str, claim: LayerGave | LayerBroke | None, shape: str, count: str = "", *, broken: bool = False
) -> tuple[TableCell, ...]:
    made = () if claim is None else text(Code(claim.made.partition("(")[0]))
    settings = "" if claim is None else claim.brief()
    return (
        TableCell(text(name), "head"),
        TableCell(text(shape), "bad" if broken else "number"),
        TableCell(text(count), "number"),
        TableCell(made, "words", text(settings) if settings else ()),
    )


def _count(number: int) -> str:
    return thousands(number) if number else "—"
