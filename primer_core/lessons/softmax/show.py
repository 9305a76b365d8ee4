"""Softmax as parts: the batch and one row of it, the losses asked of PyTorch, and what came of targets it declines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from primer_core.language.limits import Refused
from primer_core.language.spelling import shape_text
from primer_core.lessons.outcome import Unread
from primer_core.lessons.show import controls, warned
from primer_core.lessons.softmax.batch import batch_picture, declined_picture
from primer_core.lessons.softmax.binary import BinaryDeclined, Yes
from primer_core.lessons.softmax.explain import (
    Across,
    AllIgnored,
    NaiveForm,
    NotFinite,
    NotPositive,
    Outcome,
    Softmax,
    SoftmaxDeclined,
    TargetDeclined,
)
from primer_core.lessons.softmax.fixes import Fault
from primer_core.lessons.softmax.fixes import Fix as Change
from primer_core.lessons.softmax.losses import Array, LossForm
from primer_core.lessons.softmax.question import SoftmaxQuestion
from primer_core.lessons.softmax.react import MOST, can_slide
from primer_core.lessons.softmax.reading import Typed, read_logits
from primer_core.lessons.softmax.rows import bars, drawn_classes, has_odd_targets
from primer_core.lessons.softmax.yes_no import yes_no
from primer_core.picture.code import code_panel
from primer_core.picture.number import cell_text, full_text, number_text
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
from primer_core.picture.text import Code, Number, Strong, Text, text

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

COOLEST = 0.1
"""A temperature at which every question of the sliders has finite results, in each dtype."""

NOT_POSITIVE: tuple[Text, ...] = (
    text("Expected a temperature above 0, not 0: the logits are divided by it."),
    text(
        "As T goes to 0, softmax goes to argmax: all of the probability on the largest logit, shared where several "
        "are the largest."
    ),
)

_BUTTONS = 8
"""Most classes, and most rows, that are offered as buttons side by side."""


def show(question: SoftmaxQuestion, outcome: Outcome) -> Page:
    """Show what came of a question."""
    panel = _panel(question, outcome)
    match outcome:
        case Unread():
            return Page(panel, None)
        case NotPositive():
            fix = Fix(text("a higher temperature: ", Code(f"T = {COOLEST}")), {"T": str(COOLEST)})
            return Page(panel, (Card((Notice("refused", NOT_POSITIVE), Fixes((fix,))), "picture"), _quiz()))
        case NotFinite():
            return Page(panel, (Card(_not_finite(question, outcome), "picture"), _quiz()))
        case AllIgnored():
            return Page(panel, (Card(_all_ignored(outcome), "picture"), _below(outcome.code)))
        case SoftmaxDeclined(declined=declined):
            notice = Notice("declined", (text(declined.text),), "PyTorch says of softmax")
            told = Story((_no_softmax(outcome),))
            return Page(panel, (Card((notice, told, *_fixes(outcome.fixes)), "picture"), _below(outcome.code)))
        case TargetDeclined():
            return Page(panel, (Card(_target_declined(outcome), "picture"), _below(outcome.code)))
        case BinaryDeclined():
            return Page(panel, (Card(_binary_declined(outcome), "picture"), _below(outcome.code)))
        case Yes():
            return Page(panel, yes_no(outcome, (*_warnings(outcome.asked.logits, outcome.asked.target),)))
        case Across():
            return Page(panel, _across(outcome))
        case Softmax():
            return Page(panel, _shown(question, outcome))


def chip(outcome: Outcome) -> Chip:
    """Say in a few words what came of it."""
    match outcome:
        case Unread(field):
            return Chip("error", f"the {field} cannot be read")
        case NotPositive():
            return Chip("error", "no softmax at T = 0")
        case NotFinite():
            return Chip("error", "the result is not finite")
        case AllIgnored():
            return Chip("error", "every row is ignored")
        case SoftmaxDeclined(declined=declined) | TargetDeclined(declined=declined) | BinaryDeclined(declined=declined):
            return Chip("error", declined.kind)
        case Yes(forms=(_, with_logits)):
            return Chip("ok", _loss_words("binary cross-entropy", with_logits.value))
        case Across():
            return Chip("error", "softmax over the rows")
        case Softmax(batch=batch):
            return Chip("ok", _loss_words("cross-entropy", batch.loss))


def _loss_words(name: str, loss: Array) -> str:
    return f"{name} {cell_text(loss[()])}" if loss.ndim == 0 else f"{name} of {len(loss.reshape(-1))} rows"


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
    last = controls(question, "T", "shift", "dtype", chip=chip(outcome), disabled=disabled)
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
    if classes > _BUTTONS or not target.isdecimal() or int(target) >= classes:
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


def _shown(question: SoftmaxQuestion, found: Softmax) -> tuple[Part, ...]:
    cards = (log_sum_exp(found), cross_entropy(found), argmax(found))
    batch: tuple[Part, ...] = ()
    if found.asked.is_batch:
        batch = (batch_picture(found), Heading(f"Row {found.row}"))
    odd = (Notice("warning", (ODD_TARGETS,)),) if has_odd_targets(found) else ()
    left = len(found.p) - len(drawn_classes(found))
    more = (Note(text(f"{left} more classes are computed with and not drawn.")),) if left else ()
    warned = _warnings(found.asked.logits, found.asked.target)
    return (
        Card((*batch, bars(found), *more, *odd, *warned), "picture"),
        Columns(tuple((Card(parts, name),) for name, parts in zip(("lse", "loss", "argmax"), cards, strict=True))),
        Card(asked_for(found), "forms"),
        Columns(((Card(story(question, found), "story"),), (Card((QUIZ,), "quiz"),)), (1.3, 1)),
        _code(found.code),
    )


def _across(found: Across) -> tuple[Part, ...]:
    warned = Notice(
        "warning",
        (
            text(
                "Along dim 0 each ",
                Strong("column"),
                " sums to 1, over the rows of the batch: the probabilities of a row depend on the other rows and do "
                "not sum to 1. ",
                Code("cross_entropy"),
                " always takes the classes along dim 1.",
            ),
        ),
        "Softmax runs over the rows here.",
    )
    fix = Fixes((Fix(text("Over the classes of each row: ", Code("dim=-1")), {"dim": "-1"}),))
    return (
        Card((batch_picture(found), warned, fix), "picture"),
        Card(asked_for(found), "forms"),
        _below(found.code),
    )


def _not_finite(question: SoftmaxQuestion, found: NotFinite) -> tuple[Part, ...]:
    if found.given is not None:
        message = text(
            f"A logit or a target is {full_text(found.given)}, and the loss or its gradient comes out infinite, or as "
            "no number. PyTorch raises no error for that."
        )
    else:
        message = text(
            f"Divided by T = {full_text(question.T)}, the logits give an infinite result, or one that is not a "
            f"number: the largest number of {found.dtype} is {full_text(found.largest)}. Not even the stable form "
            "helps there."
        )
    cure: tuple[Part, ...] = ()
    if found.cure is not None:
        higher = "a higher" if found.cure > question.T else "a lower"
        cure = (Fixes((Fix(text(f"{higher} temperature: ", Code(f"T = {found.cure}")), {"T": f"{found.cure:g}"}),)),)
    return (Notice("refused", (message,)), *cure)


def _all_ignored(found: AllIgnored) -> tuple[Part, ...]:
    index = str(found.asked.question.ignore_index).replace("-", "−")
    message = text(
        f"Each target is {index}, which is ignore_index: no row counts. The mean over no rows is 0 / 0, and PyTorch "
        f"gives {full_text(found.loss)} without an error."
    )
    fixes = (
        Fix(text("Sum instead: ", Code('reduction="sum"'), " gives 0"), {"reduction": "sum"}),
        Fix(text("Class 0 is right in every row: ", Code("0")), {"target": "0"}),
    )
    offered = fixes if found.asked.question.ignore_index != 0 else fixes[:1]
    return (Notice("warning", (message,)), Fixes(offered))


def _no_softmax(found: SoftmaxDeclined) -> Text:
    z = found.asked.z
    if not z.is_floating_point():
        dtype = str(z.dtype).removeprefix("torch.")
        return text(
            f"The logits are {dtype}. Softmax gives fractions, so that PyTorch takes logits of a floating dtype alone: "
            "write one number with a point."
        )
    return text(f"The logits have shape {shape_text(tuple(z.shape))}, and no such axis.")


ODD_TARGETS: Text = text(
    "Some of these targets are below 0 or above 1, so that they are no probabilities. PyTorch does not check that, "
    "nor that a row of them sums to 1."
)


def _target_declined(found: TargetDeclined) -> tuple[Part, ...]:
    notice = Notice(
        "declined",
        (text(found.declined.text),),
        "PyTorch says of cross_entropy" if found.fault.kind != "listed" else "PyTorch says of the gradient",
    )
    warned = _warnings(found.asked.logits, found.asked.target)
    told = Story(target_story(found))
    return (notice, told, *_fixes(found.fixes), declined_picture(found), *warned)


def _binary_declined(found: BinaryDeclined) -> tuple[Part, ...]:
    name = found.call.partition("(")[0]
    notice = Notice("declined", (text(found.declined.text),), f"PyTorch says of {name}")
    return (notice, Story((_binary_story(found),)), *_fixes(found.fixes))


def target_story(found: TargetDeclined) -> tuple[Text, ...]:
    """Say what is wrong with a target, and what a target is."""
    rows, classes = found.asked.count, found.asked.classes
    one = "one class number" if not found.asked.is_batch else f"{rows} class numbers, shape ({rows},), int64"
    many = shape_text(tuple(found.asked.z.shape))
    rule = text(
        f"A target is either {one}, or a probability for each class, shape {many}, of a floating dtype. "
        "Shape and dtype tell PyTorch which of the two is meant."
    )
    return (_target_fault(found.fault, rows, classes, is_batch=found.asked.is_batch), rule)


def _target_fault(fault: Fault, rows: int, classes: int, *, is_batch: bool) -> Text:
    shape = shape_text(fault.shape)
    match fault.kind:
        case "dtype":
            return text(
                f"The target's shape {shape} is that of class numbers, but its dtype is ",
                Strong(fault.dtype),
                ". Class numbers are int64 (Long) or uint8 (Byte).",
            )
        case "probabilities dtype":
            return text(
                f"The target has the shape of the logits, {shape}, which means probabilities, but its dtype is ",
                Strong(fault.dtype),
                ". Probabilities are of a floating dtype; F.one_hot gives int64.",
            )
        case "ignored probabilities":
            return text("ignore_index names a class number, and this target has none: it holds probabilities.")
        case "axes":
            return text(
                f"The target has shape {shape}: it is neither one number a row nor one a class of each row. ",
                "An axis too many, of size 1, comes from a column of a table. " if fault.shape[-1] == 1 else "",
            )
        case "listed":
            return text(
                "The logits are one row, and the target is a list with one class number, shape (1,). PyTorch takes it "
                "for the loss and declines it on the way back, where the gradient is computed."
            )
        case "rows":
            wanted = f"{rows} rows" if is_batch else "one row"
            given = "a lone number" if fault.shape == () else f"{fault.shape[0]} targets"
            return text(f"There are {wanted} of logits, but {given} (shape {shape}).")
        case "range":
            named = ", ".join(
                f"y[{place}] = {full_text(value)}" if fault.shape else f"y = {full_text(value)}"
                for place, value in zip(fault.places[:4], fault.values, strict=False)
            )
            more = f" and {len(fault.places) - 4} more" if len(fault.places) > 4 else ""
            minus = " Unlike an index of Python, −1 is not the last class." if -1 in fault.values else ""
            dead = ""
            if classes in fault.values:
                dead = (
                    f" With {classes + 1} scores a row PyTorch would take {classes} without a word; of labels that are "
                    "counted from 1, class 0 would then never be right."
                )
            return text(
                f"With {classes} classes only 0 to {classes - 1} exist: ", Strong(named), f"{more}.{minus}{dead}"
            )
        case _:
            return text("PyTorch's words say what it is.")


def _binary_story(found: BinaryDeclined) -> Text:
    fault = found.fault
    shape = shape_text(tuple(found.asked.z.shape))
    dtype = str(found.asked.z.dtype).removeprefix("torch.")
    if fault is None:
        return text(f"The logits are {dtype}. A loss of them has a gradient in a floating dtype alone.")
    match fault.kind:
        case "rows":
            return text(
                f"Each logit is a question by itself, so that the target has the logits' shape {shape}, not "
                f"{shape_text(fault.shape)}."
            )
        case "dtype":
            return text(
                "Yes and no are written as 1.0 and 0.0, in the dtype of the logits, ",
                Strong(dtype),
                f", and this target is {fault.dtype}.",
            )
        case "outside":
            named = ", ".join(full_text(value) for value in fault.values[:4])
            return text(f"A target is from 0 (no) to 1 (yes), and here are others: {named}.")
        case _:
            return text("PyTorch's words say what it is.")


def asked_for(found: Softmax | Across) -> tuple[Part, ...]:
    """Set the losses that PyTorch gives beside each other, the mistakes among them, with their gradients."""
    asked = found.asked
    row = found.row if isinstance(found, Softmax) else 0
    heading = "gradient" if not asked.is_batch else f"gradient, row {row}"
    rows = tuple(_form_row(form, asked.T, row) for form in found.forms)
    table = Table((text("asked of PyTorch"), text("loss"), text(heading)), rows, "Losses asked of PyTorch")
    return (Heading("The same logits, asked for in several ways"), table, *_notes(*_form_notes(found)))


def _form_row(form: LossForm, temperature: float, row: int) -> tuple[TableCell, ...]:
    call = form.code.replace("logits", "z" if temperature == 1 else f"z / {temperature:g}").replace(
        "_with_z", "_with_logits"
    )
    call = call.replace(f"_with_z / {temperature:g}", "_with_logits")
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


def _form_notes(found: Softmax | Across) -> list[Text]:
    forms = {form.name: form for form in found.forms}
    notes: list[Text] = []
    plain = forms["nll of softmax"]
    if plain.declined is not None:
        notes.append(text(Code("nll_loss"), " takes class numbers alone; ", Code("cross_entropy"), " takes both."))
    elif (plain.value < 0).any():
        notes.append(
            text(
                Code("nll_loss"),
                " takes no logarithm: it picks minus the number that it is given. Of a probability that is −p, below "
                "0; of a log-probability it is the cross-entropy, which class numbers never take below 0.",
            )
        )
    log = forms["nll of log_softmax"]
    if isinstance(found, Across) and log.declined is None:
        notes.append(
            text(
                "Softmax over the rows gives another loss, and no error: ",
                Code("cross_entropy"),
                " takes the classes along dim 1.",
            )
        )
    if "sigmoid + BCE" in forms:
        notes.append(
            text(
                "With two classes, the softmax of class 1 is the sigmoid of z[1] − z[0]: what is asked is yes or no. ",
                "Through a sigmoid that rounds to 0 or 1 no gradient comes back; with logits it does.",
            )
        )
    if found.asked.question.smoothing:
        notes.append(text(Code("nll_loss"), " has no label_smoothing: its target is as it was given."))
    return notes


def log_sum_exp(found: Softmax) -> tuple[Part, ...]:
    """Set both forms of log-sum-exp side by side, and say what becomes of the naive one."""
    naive = found.naive
    table = _figures(
        "Log-sum-exp by two forms",
        (text("max + log Σ exp(z/T − max)"), found.log_sum_exp),
        (text("log Σ exp(z/T), naive"), naive.log_sum_exp),
        (text("exp overflows above"), naive.limit),
    )
    return (Heading("Log-sum-exp"), table, _naive_chip(naive), *_notes(_naive_cause(found.batch.dtype, naive)))


def _naive_chip(naive: NaiveForm) -> Chip:
    if naive.overflows:
        return Chip("error", "the naive form overflows")
    if naive.vanishes:
        return Chip("error", "the naive form underflows")
    return Chip("ok", "both forms are finite")


def _naive_cause(dtype: str, naive: NaiveForm) -> Text:
    if naive.overflows:
        return text(f"An exponential, or their sum, is larger than {dtype} can hold.")
    if naive.vanishes:
        return text(f"Every exponential is too small for {dtype} and rounds to 0; log 0 is −inf.")
    return ()


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
    twice = text(
        Code("cross_entropy"),
        " takes logits. Given probabilities, it takes softmax of them once more: “softmax twice” is the loss of other "
        "probabilities.",
    )
    heading = "Cross-entropy" if not found.asked.is_batch else f"Cross-entropy of row {found.row}"
    lost: Text = ()
    if found.number is not None and found.p[found.number] == 0:
        lost = text(
            f"p[{found.number}] is too small for {found.batch.dtype} and rounds to 0, in the stable form as well: "
            "−log p is lost. Log-softmax never computes p, so it keeps the loss."
        )
    ignored = () if found.counts else text("This row is ignored: it gives nothing to the loss.")
    return (Heading(heading), table, *_notes(lost, ignored), Note(twice))


def argmax(found: Softmax) -> tuple[Part, ...]:
    """Say whether logits and probabilities predict the same class."""
    table = _figures(
        "Argmax before and after softmax",
        (text("of the logits"), found.argmax_logits),
        (text("of the probabilities"), found.argmax_p),
    )
    if found.argmax_logits == found.argmax_p:
        same = text("exp never changes the order, so a prediction needs no softmax.")
        return (Heading("Argmax"), table, Chip("ok", "the same class"), Note(same))
    tie = text("The largest probabilities round to the same number, and argmax takes the first of them.")
    return (Heading("Argmax"), table, Chip("error", "a tie by rounding"), Note(tie))


def story(question: SoftmaxQuestion, found: Softmax) -> tuple[Part, ...]:
    """Say where the gradient comes from, what a shift does, and how far PyTorch is from it."""
    paragraphs = [_gradient_story(found), *_loss_story(found), SHIFT]
    warning: tuple[Part, ...] = ()
    if found.shift is not None:
        held = ", ".join(full_text(value) for value in found.z[:8]) + (", …" if len(found.z) > 8 else "")
        measured = (
            f"Against no shift, a probability changes by at most {number_text(found.shift.p, 3)} and the loss by "
            f"{number_text(found.shift.loss, 3)}."
        )
        if found.shift.visible:
            title = f"Adding {question.shift} rounds the logits in {found.batch.dtype}."
            warning = (Notice("warning", (text(f"z is held as {held}. {measured}"),), title),)
        else:
            paragraphs.append(text(f"{found.batch.dtype} holds the shifted logits as {held}. {measured}"))
    agreement = Chip(
        "ok" if found.agrees else "error",
        f"hand and PyTorch differ by at most {number_text(found.difference, 3)}",
    )
    return (Story(tuple(paragraphs)), *warning, agreement)


SHIFT: Text = text(
    "In exact arithmetic, adding a constant to every logit changes neither p nor the loss. That is why the "
    "largest may be taken off first, and then no exponential is above 1."
)


def _gradient_story(found: Softmax) -> Text:
    if not found.counts:
        return text("The target of this row is ignore_index: its loss and its gradient are 0, whatever its logits are.")
    if abs(float(found.y.sum()) - 1) > 1e-5:
        return text(
            "The gradient of the loss by each logit is ",
            Strong("p · Σy − y"),
            ", divided by T: these targets do not sum to 1, so that it is not p − y.",
        )
    return text(
        "The gradient of the loss by each logit is ",
        Strong("p − y"),
        ", divided by T. But for rounding it sums to 0: what a step adds to the target's logit, it takes from the "
        "others.",
    )


def _loss_story(found: Softmax) -> list[Text]:
    asked, batch = found.asked, found.batch
    lines: list[Text] = []
    left = len(batch.counted) - int(batch.counted.sum())
    if asked.is_batch and asked.question.reduction == "mean":
        count = int(batch.counted.sum())
        over = f"the {count} rows that count" if left else f"{count} rows"
        over = "the one row that counts" if count == 1 else over
        lines.append(text(f"The loss is the mean over {over}, and so is the gradient: p − y is divided by {count}."))
    if left and asked.is_batch:
        index = str(asked.question.ignore_index).replace("-", "−")
        rows = f"{left} row{'' if left == 1 else 's'}"
        lines.append(text(f"Left out: {rows} with the target {index}, which is ignore_index."))
    if asked.question.reduction == "none" and asked.is_batch:
        lines.append(text("Without a reduction the loss is one number a row; the gradient shown is that of their sum."))
    if asked.question.smoothing:
        share = full_text(asked.question.smoothing)
        lines.append(
            text(
                f"Label smoothing takes {share} of the target and spreads it over all {asked.classes} classes: even a "
                "certain and right prediction has a loss."
            )
        )
    for typed, name in ((asked.logits, "logits"), (asked.target, "target")):
        if typed.seeding:
            lines.append(
                text(
                    f"The {name} are random, and without a seed of their own they start from ",
                    Code(typed.seeding[0]),
                    ".",
                )
            )
    return lines


def _warnings(*typed: Typed) -> tuple[Part, ...]:
    said = tuple(dict.fromkeys(words for each in typed for words in each.warnings))
    return warned(said)


def _fixes(changes: Sequence[Change]) -> tuple[Part, ...]:
    if not changes:
        return ()
    return (Fixes(tuple(Fix(text(f"{change.action}: ", Code(change.code)), change.puts) for change in changes)),)


def _quiz() -> Card:
    return Card((QUIZ,), "quiz")


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


def _notes(*notes: Text) -> Sequence[Note]:
    return [Note(note) for note in notes if note]
