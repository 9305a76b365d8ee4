"""Softmax as parts: the batch and one row of it, the losses asked of PyTorch, and what came of targets it declines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from primer_core.claims.claim import Claim, plain
from primer_core.claims.losses import DimPut
from primer_core.claims.rounding import HandDiffers, ShiftRounds
from primer_core.language.limits import Refused
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls, warned
from primer_core.lessons.softmax import claims
from primer_core.lessons.softmax.batch import batch_picture, declined_picture
from primer_core.lessons.softmax.binary import BinaryDeclined, Yes
from primer_core.lessons.softmax.explain import (
    Across,
    AllIgnored,
    NotFinite,
    NotPositive,
    Outcome,
    Softmax,
    SoftmaxDeclined,
    TargetDeclined,
)
from primer_core.lessons.softmax.fixes import Fix as Change
from primer_core.lessons.softmax.losses import LossForm
from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.lessons.softmax.react import MOST, can_slide
from primer_core.lessons.softmax.reading import Typed, read_logits
from primer_core.lessons.softmax.rows import bars, drawn_classes
from primer_core.lessons.softmax.yes_no import call_of, yes_no
from primer_core.lessons.spoken import paragraphs, spoken
from primer_core.picture.code import code_panel
from primer_core.picture.number import cell_text, number_text
from primer_core.picture.parts import (
    Card,
    Chip,
    Columns,
    Control,
    Controls,
    Fix,
    Fixes,
    Heading,
    Note,
    Notice,
    Page,
    Part,
    Quiz,
    QuizAnswer,
    Story,
    Table,
    TableCell,
)
from primer_core.picture.text import Code, Number, Text, text

QUIZ = Quiz(
    text("You add 100 to every logit. What happens to the probabilities?"),
    (
        QuizAnswer("Nothing", text("Right, but for rounding: e^100 stands above and below the line, and cancels.")),
        QuizAnswer(
            "The largest grows",
            text("Multiplying the logits does that, as a lower temperature would. Adding keeps their distances."),
        ),
        QuizAnswer(
            "They overflow",
            text("Only in the naive form. Try the preset “Overflow” and look at its last rows."),
        ),
    ),
    "Nothing",
)

NOT_POSITIVE: Text = text("Expected a temperature above 0, not 0: the logits are divided by it.")

_BUTTONS = 8
"""Most classes, and most rows, that are offered as buttons side by side."""


def show(question: SoftmaxQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    panel = _panel(question, outcome)
    match outcome:
        case Unread():
            return Page(panel, None)
        case NotPositive():
            refused = Notice("refused", (NOT_POSITIVE, *paragraphs(claims.at_zero(outcome))))
            return Page(panel, _kept_apart((refused, *_fixes(outcome.fixes)), outcome.code))
        case NotFinite():
            told = Story(paragraphs(claims.not_finite(question, outcome)))
            return Page(panel, _kept_apart((told, *_fixes(outcome.fixes)), outcome.code))
        case AllIgnored():
            warning = Notice("warning", paragraphs(claims.all_ignored(outcome)))
            fixes = Fixes(tuple(Fix(spoken(claim), puts) for claim, puts in claims.instead_of_nothing(outcome)))
            return Page(panel, _kept_apart((warning, fixes), outcome.code))
        case SoftmaxDeclined(declined=declined):
            notice = Notice("declined", (text(declined.text),), "PyTorch says of softmax")
            told = Story(paragraphs(claims.no_softmax(outcome)))
            return Page(panel, _kept_apart((notice, told, *_fixes(outcome.fixes)), outcome.code))
        case TargetDeclined():
            return Page(panel, _kept_apart(_target_declined(outcome), outcome.code))
        case BinaryDeclined():
            return Page(panel, _kept_apart(_binary_declined(outcome), outcome.code))
        case Yes():
            return Page(panel, yes_no(outcome, (*_warnings(outcome.asked.logits, outcome.asked.target),)))
        case Across():
            return Page(panel, _across(outcome))
        case Softmax():
            return Page(panel, _shown(outcome))


def chip(question: SoftmaxQuestion, outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread(field):
            return Chip("error", f"the {field} cannot be read")
        case NotPositive():
            return Chip("error", "no softmax at T = 0")
        case NotFinite():
            return Chip("error", claims.not_finite(question, outcome)[0].brief())
        case AllIgnored():
            return Chip("error", claims.all_ignored(outcome)[0].brief())
        case SoftmaxDeclined(declined=declined) | TargetDeclined(declined=declined) | BinaryDeclined(declined=declined):
            return Chip("error", declined.kind)
        case Yes():
            return Chip("ok", plain(claims.yes_no_loss(outcome)[0].sentence()))
        case Across():
            return Chip("error", claims.across(outcome)[0].brief())
        case Softmax():
            return Chip("ok", plain(claims.class_loss(outcome).sentence()))


# The panel


def _panel(question: SoftmaxQuestion, outcome: Outcome) -> tuple[Part, ...]:
    unread = outcome if isinstance(outcome, Unread) else None
    try:
        logits: Typed | None = read_logits(question)
    except Refused:
        logits = None
    first = controls(question, "typed", "target", unread=unread)
    if not question.is_typed:
        usual = "[" + ", ".join(f"{value:g}" for value in question.logits) + "]"
        first = Controls((replace(first.controls[0], placeholder=usual), *first.controls[1:]))
    own = "" if logits is None or logits.written else str(logits.values.dtype).removeprefix("torch.")
    disabled = {"dtype": f"The typed logits have a dtype of their own: {own}."} if own else {}
    last = controls(question, "T", "shift", "dtype", chip=chip(question, outcome), disabled=disabled)
    classes = _class_buttons(question, logits)
    if classes is not None:
        last = Controls((*last.controls[:2], classes, *last.controls[2:]), last.chip)
    return (first, *_sliders(question, logits), last, _options(question, logits, outcome))


def _sliders(question: SoftmaxQuestion, logits: Typed | None) -> tuple[Part, ...]:
    """Offer sliders of one row of few logits, whether typed or not."""
    if not question.is_typed:
        return (controls(question, "z0", "z1", "z2", "z3"),)
    values = [] if logits is None else logits.values.tolist()
    if not can_slide(values) or logits is None or not (logits.written or logits.values.is_floating_point()):
        return ()
    (model,) = controls(question, "z0").controls
    reach = max(10.0, *(abs(value) for value in values))
    most = f"{reach if reach == 10 else min(MOST, -(-reach // 10) * 10):g}"
    shown: list[Control] = []
    for place, value in enumerate(values):
        own = replace(model, field=f"z{place}", label=f"Logit z[{place}]", value=f"{value:.4g}")
        shown.append(replace(own, least=f"-{most}", most=most))
    return (Controls(tuple(shown)),)


def _class_buttons(question: SoftmaxQuestion, logits: Typed | None) -> Control | None:
    """Offer the classes of one row as buttons, where the target is a class number."""
    if logits is None or logits.values.ndim != 1 or question.loss == "binary":
        return None
    classes, target = len(logits.values), question.target.strip()
    if classes > _BUTTONS or target not in map(str, range(classes)):
        return None
    (typed,) = controls(question, "target").controls
    options = tuple((str(k), str(k)) for k in range(classes))
    return replace(
        typed, look="segments", label="Target class", help="", role="", options=options, value=str(int(target))
    )


def _options(question: SoftmaxQuestion, logits: Typed | None, outcome: Outcome) -> Controls:
    """Offer what is asked, and how, once it matters."""
    usual = type(question)()
    names = ["reduction"] if question.loss == "binary" else ["dim", "reduction", "ignore_index", "smoothing"]
    changed = any(getattr(question, name) != getattr(usual, name) for name in names)
    if not (question.is_typed or changed or question.loss == "binary" or not question.target.strip().isdecimal()):
        return controls(question, "loss")
    found = controls(question, "loss", *names)
    rows = len(logits.values) if logits is not None and logits.values.ndim == 2 else 0
    if rows < 2 or not isinstance(outcome, Softmax):
        return found
    (row,) = controls(question, "row").controls
    opened = str(min(question.row, rows - 1))
    if rows <= _BUTTONS:
        options = tuple((str(n), str(n)) for n in range(rows))
        row = replace(row, look="segments", value=opened, options=options, least="", most="", step="")
    else:
        row = replace(row, value=opened, most=str(rows - 1))
    return Controls((row, *found.controls))


# What came of it


def _shown(found: Softmax) -> tuple[Part, ...]:
    cards = (log_sum_exp(found), cross_entropy(found), argmax(found))
    batch: tuple[Part, ...] = ()
    if found.asked.is_batch:
        batch = (batch_picture(found), Heading(f"Row {found.row}"))
    odd = tuple(Notice("warning", (spoken(claim),)) for claim in claims.odd_targets(found))
    left = len(found.p) - len(drawn_classes(found))
    more = (Note(text(f"{left} more classes are computed with and not drawn.")),) if left else ()
    warned = _warnings(found.asked.logits, found.asked.target)
    return (
        Card((*batch, bars(found), *more, *odd, *warned), "picture"),
        Columns(tuple((Card(parts, name),) for name, parts in zip(("lse", "loss", "argmax"), cards, strict=True))),
        Card(asked_for(found), "forms"),
        Columns(((Card(story(found), "story"),), (Card((QUIZ,), "quiz"),)), (1.3, 1)),
        _code(found.code),
    )


def _across(found: Across) -> tuple[Part, ...]:
    warned = Notice("warning", paragraphs(claims.across(found)), "Softmax runs over the rows here.")
    fix = Fixes((Fix(spoken(DimPut(-1)), {"dim": "-1"}),))
    return (
        Card((batch_picture(found), warned, fix), "picture"),
        Card(asked_for(found), "forms"),
        _below(found.code),
    )


def _target_declined(found: TargetDeclined) -> tuple[Part, ...]:
    notice = Notice(
        "declined",
        (text(found.declined.text),),
        "PyTorch says of cross_entropy" if found.fault.kind != "listed" else "PyTorch says of the gradient",
    )
    warned = _warnings(found.asked.logits, found.asked.target)
    told = Story(paragraphs(claims.target_fault(found)))
    return (notice, told, *_fixes(found.fixes), declined_picture(found), *warned)


def _binary_declined(found: BinaryDeclined) -> tuple[Part, ...]:
    name = found.call.partition("(")[0]
    notice = Notice("declined", (text(found.declined.text),), f"PyTorch says of {name}")
    return (notice, Story(paragraphs(claims.binary_fault(found))), *_fixes(found.fixes))


def asked_for(found: Softmax | Across) -> tuple[Part, ...]:
    """Set the losses that PyTorch gives beside each other, the mistakes among them, with their gradients."""
    asked = found.asked
    row = found.row if isinstance(found, Softmax) else 0
    heading = "gradient" if not asked.is_batch else f"gradient, row {row}"
    rows = tuple(_form_row(form, asked.T, row) for form in found.forms)
    table = Table((text("asked of PyTorch"), text("loss"), text(heading)), rows, "Losses asked of PyTorch")
    return (Heading("The same logits, asked for in several ways"), table, *_notes(claims.form_notes(found)))


def _form_row(form: LossForm, temperature: float, row: int) -> tuple[TableCell, ...]:
    call = call_of(form, "z" if temperature == 1 else f"z / {temperature:g}")
    name = TableCell(text(Code(call)), "head")
    if form.declined is not None:
        return (name, TableCell(text("declined"), "bad"), TableCell(text(form.declined.text), "words"))
    wrong = form.name in ("nll of softmax", "softmax twice")
    shown = form.value.reshape(-1)
    loss = ", ".join(number_text(value + 0.0, 6) for value in shown[:_BUTTONS]) + (
        ", …" if len(shown) > _BUTTONS else ""
    )
    slopes = form.gradient[row] if form.gradient.ndim == 2 else form.gradient
    listed = ", ".join(cell_text(value + 0.0) for value in slopes[:_BUTTONS]) + (
        ", …" if len(slopes) > _BUTTONS else ""
    )
    return (name, TableCell(text(Number(loss)), "bad" if wrong else "number"), TableCell(text(Number(f"[{listed}]"))))


def log_sum_exp(found: Softmax) -> tuple[Part, ...]:
    """Set both forms of log-sum-exp side by side, and say what becomes of the naive one."""
    naive = found.naive
    table = _figures(
        "Log-sum-exp by two forms",
        (text("max + log Σ exp(z/T − max)"), found.log_sum_exp),
        (text("log Σ exp(z/T), naive"), naive.log_sum_exp),
        (text("exp overflows above"), naive.limit),
    )
    said = claims.log_sum_exp(found)
    if naive.overflows or naive.vanishes:
        return (Heading("Log-sum-exp"), table, Chip("error", said[0].brief()), *_notes(said))
    return (Heading("Log-sum-exp"), table, Chip("ok", plain(said[0].sentence())))


def cross_entropy(found: Softmax) -> tuple[Part, ...]:
    """Set the forms of the loss side by side, and say which of them lose it."""
    loss, naive = found.loss, found.naive
    spread = found.asked.has_probabilities or bool(found.asked.question.smoothing)
    minus = "−Σ y·log p" if spread else "−log p"
    table = _figures(
        "Cross-entropy by several forms",
        (text("log-softmax, then NLL" if minus == "−log p" else "−Σ y·log-softmax"), loss.log_softmax_nll),
        (text(Code("cross_entropy(z / T)")), loss.library),
        (text(f"{minus}, stable p"), loss.minus_log_p),
        (text(f"{minus}, naive p"), naive.loss),
        (text("softmax twice"), loss.twice),
    )
    heading = "Cross-entropy" if not found.asked.is_batch else f"Cross-entropy of row {found.row}"
    return (Heading(heading), table, *_notes((*claims.lost(found), *claims.twice(found))))


def argmax(found: Softmax) -> tuple[Part, ...]:
    """Say whether logits and probabilities predict the same class."""
    table = _figures(
        "Argmax before and after softmax",
        (text("of the logits"), found.argmax_logits),
        (text("of the probabilities"), found.argmax_p),
    )
    (said,) = claims.argmax(found)
    if found.argmax_logits == found.argmax_p:
        return (Heading("Argmax"), table, Chip("ok", plain(said.sentence())))
    return (Heading("Argmax"), table, Chip("error", said.brief()), *_notes((said,)))


def story(found: Softmax) -> tuple[Part, ...]:
    """Say where the gradient comes from, what a shift does, and how far PyTorch is from it."""
    shift = claims.shift(found)
    rounds = tuple(claim for claim in shift if isinstance(claim, ShiftRounds))
    held = tuple(claim for claim in shift if claim not in rounds)
    warning = tuple(Notice("warning", (spoken(claim),)) for claim in rounds)
    agreement = Chip("ok" if found.agrees else "error", plain(HandDiffers(found.difference).sentence()))
    return (Story(paragraphs((*claims.story(found), *held))), *warning, agreement)


def _warnings(*typed: Typed) -> tuple[Part, ...]:
    said = tuple(dict.fromkeys(words for each in typed for words in each.warnings))
    return warned(said)


def _fixes(changes: Sequence[Change]) -> tuple[Part, ...]:
    if not changes:
        return ()
    return (Fixes(tuple(Fix(spoken(change.claim), change.puts) for change in changes)),)


def _quiz() -> Card:
    return Card((QUIZ,), "quiz")


def _kept_apart(parts: tuple[Part, ...], code: str) -> tuple[Part, ...]:
    """Lay out what came of a question that has no steps to show."""
    return (Card(parts, "picture"), _below(code) if code else _quiz())


def _below(code: str) -> Columns:
    return Columns(((_code(code),), (_quiz(),)), (1.3, 1))


def _code(code: str) -> Card:
    return Card((code_panel(code),), "code")


def _figures(caption: str, *rows: tuple[Text, float]) -> Table:
    return Table(
        (),
        tuple((TableCell(name, "head"), TableCell(text(Number(_figure(value))), "number")) for name, value in rows),
        caption,
    )


def _figure(value: float) -> str:
    return number_text(value, 6)


def _notes(said: Sequence[Claim]) -> Sequence[Note]:
    return [Note(spoken(claim)) for claim in said]
