"""The lines of a loop as rows, each compared with the correct loop."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher

from primer_core.lessons.training_loop.code import EPOCHS
from primer_core.lessons.training_loop.explain import Trained
from primer_core.lessons.training_loop.lines import FIXED, LINES, PART, Loop, others
from primer_core.lessons.training_loop.question import Task, TrainingLoopQuestion
from primer_core.picture.program_lines import ProgramLine, ProgramLines, Way

_DEPTHS = (0, 1, 2, 1)


def program_lines(question: TrainingLoopQuestion, outcome: Trained) -> ProgramLines:
    """Show the lines of a loop, and those of the correct one that are not there."""
    loop, right = outcome.loop, outcome.right
    matched = _matched(loop, right)
    came = {LINES[name].slot for name, _, then in matched if name is not None and then is None and name != PART}
    went = {LINES[then].slot for name, _, then in matched if name is None and then is not None}
    rows: list[ProgramLine] = []
    group = 0
    for name, place, then in matched:
        if name == PART:
            rows += _heads(outcome, place, group)
            group += 1
        elif name is not None:
            rows.append(_row(question.task, outcome, place, group, then, went))
        elif then is not None:
            rows.append(_gone(then, group, came, place))
    used = {LINES[name].slot for name in loop.names if name != PART}
    offers = tuple(
        Way(name, line.code)
        for name, line in LINES.items()
        if line.slot not in used and name not in FIXED and (not line.tasks or question.task in line.tasks)
    )
    restores = "" if loop == right else "Put all right"
    return ProgramLines("lines", "Your loop", tuple(rows), len(loop.names), offers, restores)


def _matched(loop: Loop, right: Loop) -> list[tuple[str | None, int, str | None]]:
    """Pair the lines of a loop with those of the correct one, group by group.

    Returns
    -------
    list of tuples
        The name in the loop and its place, and the name in the correct one; None where either has none. A line that
        is not in the loop has the place of what stands behind it there.
    """
    found: list[tuple[str | None, int, str | None]] = []
    place = 0
    for number, (mine, its) in enumerate(zip(loop.groups, right.groups, strict=True)):
        if number:
            found.append((PART, place, PART))
            place += 1
        slots, right_slots = ([LINES[name].slot for name in names] for names in (mine, its))
        for tag, start, end, first, last in SequenceMatcher(None, slots, right_slots, autojunk=False).get_opcodes():
            if tag == "equal":
                found += [(mine[start + k], place + start + k, its[first + k]) for k in range(end - start)]
            else:
                found += [(None, place + start, then) for then in its[first:last]]
                found += [(mine[at], place + at, None) for at in range(start, end)]
        place += len(mine)
    return found


def _row(task: Task, outcome: Trained, at: int, group: int, then: str | None, went: set[str]) -> ProgramLine:
    """Make the row of a line; `then` is what stands there in the correct loop, None where nothing does."""
    loop, stopped = outcome.loop, outcome.yours.stopped
    name = loop.names[at]
    ways = tuple(Way(other, LINES[other].code) for other in others(name, task))
    row = ProgramLine(
        LINES[name].code,
        _DEPTHS[group],
        at,
        name=name,
        ways=ways if len(ways) > 1 else (),
        up=at > 0,
        down=at + 1 < len(loop.names),
    )
    if stopped is not None and stopped.place == at:
        return replace(row, tone="failed", word="stops here")
    if then is None:
        return replace(row, tone="added", word="moved here" if LINES[name].slot in went else "added")
    return replace(row, tone="changed", word="changed") if then != name else row


def _heads(outcome: Trained, at: int, group: int) -> list[ProgramLine]:
    """Make the row of what begins the epochs or the batches; nothing is written where the batches end."""
    loop, stopped = outcome.loop, outcome.yours.stopped
    if group == 0:
        return [ProgramLine(f"for epoch in range({EPOCHS}):", 0, at, stays=True)]
    if group > 1:
        return []
    ways = tuple(Way(name, LINES[name].code) for name in FIXED)
    row = ProgramLine(LINES[loop.begins].code, 1, at, name=loop.begins, ways=ways, stays=True)
    if stopped is not None and stopped.place < 0:
        return [replace(row, tone="failed", word="stops here")]
    return [replace(row, tone="changed", word="changed")] if loop.begins != outcome.right.begins else [row]


def _gone(name: str, group: int, came: set[str], gap: int) -> ProgramLine:
    """Make the row of a line of the correct loop that is not there; one that was moved is not put back."""
    moved = LINES[name].slot in came
    word = "was here" if moved else "removed"
    return ProgramLine(LINES[name].code, _DEPTHS[group], tone="gone", word=word, name="" if moved else name, gap=gap)
