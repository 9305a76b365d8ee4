"""What a lesson is: a question, and pure functions from it to all that its page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from primer_core.claims.claim import Claim
from primer_core.language.limits import Refused
from primer_core.language.resizing import resized
from primer_core.lessons.event import Event, EventError, Put, Resize
from primer_core.lessons.question import Problem, Question, TextField, UnreadableError

if TYPE_CHECKING:  # a lesson's computing half imports this module, and loads nothing that draws
    from primer_core.picture.parts import Page, Part

Q = TypeVar("Q", bound=Question)
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Preset(Generic[Q]):
    """A worked example.

    Parameters
    ----------
    title
        Plain text of a few words, on its pill.
    question
        What it asks. Fields in `Lesson.kept` are left as they are when it is pressed.
    fields
        Names of the fields that it puts when it is pressed, where the others belong to another view; empty for all.
    """

    title: str
    question: Q
    fields: tuple[str, ...] = ()


def put_fields(question: Q, event: Event) -> Q:
    """Answer the events that mean the same in every lesson: fields are put, and operands resized.

    Raises
    ------
    EventError
        If the event cannot be followed; the message says what was expected.
    """
    match event:
        case Put(texts):
            try:
                return question.with_texts(texts)
            except UnreadableError as error:
                raise EventError(str(error)) from error
        case Resize(parameter, start, shape):
            field = next((f for name, f in question.fields().items() if (f.parameter or name) == parameter), None)
            if not isinstance(field, TextField):
                raise EventError(f"Expected the name of a field that holds an operand, not {parameter!r}.")
            try:
                return question.with_texts({parameter: resized(start, shape)})
            except Refused as refused:
                raise EventError(str(refused)) from refused
    raise EventError("This lesson has nothing that answers such an event.")


@dataclass(frozen=True, slots=True, eq=False)
class Lesson(Generic[Q, E]):
    """One lesson.

    Parameters
    ----------
    slug
        Its address, and the name of its folder and of its page.
    title, group, icon, summary, blurb
        Plain text: what the sidebar and the page call it, the group it stands in, a Material Symbols icon as Streamlit
        takes it, what it shows, in a sentence or two, and what its card on the home page says, in a short one.
    question
        Class of its questions; the default question is what the page opens with.
    presets
        Worked examples.
    explain
        Pure function from a question to one of the lesson's outcomes.
    show
        Pure function from a question and its outcome to what the page shows.
    claims
        Pure function from a question and its outcome to all that the page says of them.
    react
        Pure function from a question and an event to the next question; raises `EventError` where it cannot follow.
    kept
        Names of fields that a preset leaves as they are.
    shelf
        Name of the field that says which presets are offered: those whose question agrees in it. Empty for all.
    needs_torch
        Whether a question is answered by PyTorch.
    measure
        What is measured on this machine when asked: a function from a question and the name of a measurement to the
        parts that show it. It is neither cached nor part of a link.
    measures_apart
        Measurements that start processes of their own, each of which is made in a process for it alone: by the name,
        the names of the fields that it depends on.
    """

    slug: str
    title: str
    group: str
    icon: str
    summary: str
    blurb: str
    question: type[Q]
    presets: tuple[Preset[Q], ...]
    explain: Callable[[Q], E]
    show: Callable[[Q, E], Page]
    claims: Callable[[Q, E], tuple[Claim, ...]] = lambda _, __: ()
    react: Callable[[Q, Event], Q] = put_fields
    kept: tuple[str, ...] = ()
    shelf: str = ""
    needs_torch: Callable[[Q], bool] = lambda _: False
    measure: Callable[[Q, str], tuple[Part, ...]] | None = None
    measures_apart: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def opened(self, parameters: Mapping[str, str]) -> tuple[Q, tuple[Problem, ...]]:
        """Read the question that an address opens the page with.

        Fields that it does not name have their defaults. Where it names nothing but what says which presets are
        offered, as in ``view=Names``, the first of them is meant: defaults are those of another view.

        Parameters
        ----------
        parameters
            A text for each parameter of the address.

        Returns
        -------
        question, problems
            As `Question.parse` returns them.
        """
        question, problems = self.question.parse(parameters)
        fields = self.question.fields()
        named = {name for name, field in fields.items() if (field.parameter or name) in parameters}
        first = next(iter(self.offered(question)), None)
        if named == {self.shelf} and not problems and first is not None:
            question = question.with_texts(self.puts(first))
        return question, problems

    def parameters(self, question: Q) -> Mapping[str, str]:
        """Return what an address needs to bring a question back by `opened`."""
        needed = question.parameters()
        opened, _ = self.opened(needed)
        if opened == question:
            return needed
        texts, links = question.texts(), question.links()
        fields = question.fields().items()
        hidden = {field.parameter or name for name, field in fields if isinstance(field, TextField) and field.hidden}
        kept = {name: links[name] for name, text in opened.texts().items() if text != texts[name]}
        return needed | {name: text for name, text in kept.items() if name not in hidden}  # which no address carries

    def offered(self, question: Q) -> tuple[Preset[Q], ...]:
        """Return the presets that are offered beside a question."""
        shelf = getattr(question, self.shelf) if self.shelf else None
        return tuple(p for p in self.presets if not self.shelf or getattr(p.question, self.shelf) == shelf)

    def puts(self, preset: Preset[Q]) -> Mapping[str, str]:
        """Return the text of each field that a preset puts, by the field's parameter."""
        fields = type(preset.question).fields()
        put = [name for name in preset.fields or fields if name not in self.kept]
        texts = preset.question.texts()
        return {parameter: texts[parameter] for parameter in (fields[name].parameter or name for name in put)}

    def lit(self, question: Q) -> str:
        """Return the title of the preset that a question is, or an empty text."""
        texts = question.texts()
        return next((p.title for p in self.offered(question) if self.puts(p).items() <= texts.items()), "")


AnyLesson = Lesson[Any, Any]
"""A lesson of whatever question and outcome, as the catalogue and the routes hold it."""
