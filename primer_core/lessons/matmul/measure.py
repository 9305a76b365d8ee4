"""What the lesson on matrix products measures when asked: the FLOP/s of this machine, as bars."""

from primer_core.language.limits import thousands
from primer_core.lessons.event import EventError
from primer_core.lessons.matmul.question import MatmulQuestion
from primer_core.lessons.matmul.speed import GPT3_FLOPS, Rate, Speed, measure_flops
from primer_core.picture.bars import Bar, Bars, Column
from primer_core.picture.code import code_panel
from primer_core.picture.parts import Card, Measure, Note, Part, Story
from primer_core.picture.text import Role, Strong, text

WHAT = "speed"
"""Name of the measurement."""

_TONES: dict[str, Role] = {"float32": "a", "float64": "b"}

_ASKED = text(
    "A product of two n × n matrices takes 2·n³ floating-point operations (FLOPs). Divided by the time that it takes, "
    "that is the machine's FLOP/s. Small matrices are slow: starting costs more than the sums."
)


def measure(_: MatmulQuestion, what: str) -> tuple[Part, ...]:
    """Measure this machine, for two seconds at most, and show what was measured.

    Raises
    ------
    EventError
        If the lesson measures nothing of that name.
    """
    if what != WHAT:
        raise EventError(f"Expected {WHAT}, which this lesson measures, not {what[:40]}.")
    return measured(measure_flops())


def speed_card() -> Card:
    """Show the button that measures, before anything was."""
    nothing = Note(text("Nothing was measured yet."))
    asked = Story((_ASKED,), title="How fast is this machine?")
    return Card((asked, Measure("Measure, for two seconds at most", WHAT, (nothing,))), "speed")


def measured(speed: Speed) -> tuple[Part, ...]:
    """Show a measurement: a bar for each size and dtype, how it was made, and what the best of them means."""
    best = speed.best
    years = thousands(round(speed.years_for(GPT3_FLOPS)))
    how = (
        f"The best of {_repeats(speed)} products each, by time.{speed.clock}, measured in {speed.seconds:.1f} s; "
        f"NumPy {speed.numpy}. Whatever else the machine does lowers the numbers."
    )
    meaning = text(
        "At its best, ",
        Strong(f"{best.gigaflops:.1f} GFLOP/s"),
        f" ({best.dtype}, n = {best.size}), this machine would need ",
        Strong(f"{years} years"),
        " for the 3.14 · 10²³ FLOPs that the training of GPT-3 took.",
    )
    titles: dict[Column, str] = {"group": "n", "name": "dtype", "label": "GFLOP/s", "note": "best time"}
    return (
        Bars(tuple(map(_bar, speed.rates)), "Floating-point operations a second, by size and dtype", titles),
        Story((meaning,), text(how), title="What was measured"),
        code_panel(speed.code, "Copied into plain Python, it measures the machine that it runs on."),
    )


def _bar(rate: Rate) -> Bar:
    label, note = f"{rate.gigaflops:.1f}", _duration(rate.seconds)
    return Bar(text(rate.dtype), rate.gigaflops, label, _TONES[rate.dtype], str(rate.size), note)


def _repeats(speed: Speed) -> str:
    counts = [rate.repeats for rate in speed.rates]
    return f"{min(counts)} to {max(counts)}" if min(counts) < max(counts) else str(counts[0])


def _duration(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms"
