"""What the lesson on arrays measures when asked: a Python loop against NumPy, as two bars."""

from collections.abc import Callable, Mapping

from primer_core.language.limits import thousands
from primer_core.lessons.arrays.question import ArraysQuestion
from primer_core.lessons.arrays.races import Race, Runner, race_add, race_dot
from primer_core.lessons.event import EventError
from primer_core.picture.bars import Bar, Bars
from primer_core.picture.code import code_panel
from primer_core.picture.parts import Card, Chip, Heading, Measure, Note, Part
from primer_core.picture.text import Role, text

_RACES: Mapping[str, tuple[str, Callable[[], Race]]] = {
    "dot": ("A list against an array", race_dot),
    "add": ("Loops against a ufunc", race_add),
}
"""By the name of the measurement: its title, and what is run."""

_CODE_NOTE = "Copied into plain Python, it races on the machine that it runs on."


def measure(_: ArraysQuestion, what: str) -> tuple[Part, ...]:
    """Run a race on this machine, of a second or two, and show what was measured.

    Raises
    ------
    EventError
        If the lesson has no race of that name.
    """
    if what not in _RACES:
        raise EventError(f"Expected one of {', '.join(_RACES)}, which this lesson measures, not {what[:40]}.")
    return measured(_RACES[what][1]())


def race_cards() -> tuple[Card, ...]:
    """Show the button that starts each race, before any was run."""
    nothing = Note(text("Not raced yet."))
    return tuple(Card((Heading(title), Measure("Race", what, (nothing,))), what) for what, (title, _) in _RACES.items())


def measured(race: Race) -> tuple[Part, ...]:
    """Show a race: a bar for each way, how many times faster the second was, and how that was measured."""
    how = (
        f"The best of {race.loop.repeats} and of {race.numpy.repeats} runs by time.{race.clock}, measured just now; "
        f"NumPy {race.version}. Whatever else the machine does lowers or raises the ratio."
    )
    return (
        Note(text(race.title)),
        Bars((_bar(race.loop, "b"), _bar(race.numpy, "result")), f"{race.title}: the time that each way took"),
        _verdict(race),
        Note(text(how)),
        code_panel(race.code, _CODE_NOTE),
    )


def _verdict(race: Race) -> Chip:
    if not race.same:
        return Chip("error", f"different results: {race.loop.value} and {race.numpy.value}")
    if race.ratio >= 1:
        return Chip("ok", f"{_times(race.ratio)} faster, and the same result: {race.numpy.value}")
    return Chip("ok", f"{_times(1 / race.ratio)} slower this time, and the same result: {race.numpy.value}")


def _times(ratio: float) -> str:
    return f"{thousands(round(ratio)) if ratio >= 10 else f'{ratio:.1f}'} times"


def _bar(runner: Runner, tone: Role) -> Bar:
    return Bar(text(runner.name), runner.seconds, f"{runner.seconds * 1e3:.3g} ms", tone)
