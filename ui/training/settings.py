"""The settings of a run as widgets, each bound to the address; together they make a `RunSpec`."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from primer_core.claims.claim import percent
from primer_core.data import IMAGE_SETS, is_available
from primer_core.devices import DEVICE_NAMES
from primer_core.models.registry import MODELS
from primer_core.training.rate_test import rate_test
from primer_core.training.spec import (
    DATA_NAMES,
    EPOCHS_RANGE,
    LIVE,
    MODES,
    OPTIMIZERS,
    SEED_RANGE,
    TOY,
    RunSpec,
    SpecError,
    data_title,
)
from primer_core.training.sweep import combinations
from ui import cached, session
from ui.address import Parameter, choice_of, number_of, switch, whole_number
from ui.controls import Preset, whole_number_field
from ui.set_widgets import set_widgets, took_back
from ui.training.words import OPTIMIZER_TITLES, SCHEDULE_TITLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from primer_core.training.run import Run

#: The learning rates on offer: 1, 2 and 5 of each power of ten.
LEARNING_RATES = tuple(float(f"{digit}e{power}") for power in range(-5, 1) for digit in (1, 2, 5))
BATCH_SIZES = tuple(2**power for power in range(12))
WEIGHT_DECAYS = (0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
MOMENTA = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
NOISES = (0.0, 0.05, 0.1, 0.2, 0.5, 1.0)
FROZEN = tuple(range(max(len(entry.layers) for entry in MODELS.values())))
TARGETS = (0.0, 0.8, 0.9, 0.95, 0.97, 0.99)
PATIENCES = (0, 1, 2, 3, 5, 10)
_DROPOUTS = {None: "the model's own", 0.0: "0", 0.1: "0.1", 0.2: "0.2", 0.3: "0.3", 0.5: "0.5", 0.7: "0.7"}

#: Each field of a spec and the key of its widget, which is its name in the address.
_KEYS = {
    "data": "data",
    "model": "model",
    "optimizer": "optimizer",
    "momentum": "momentum",
    "learning_rate": "lr",
    "schedule": "schedule",
    "weight_decay": "decay",
    "dropout": "dropout",
    "batch_size": "batch",
    "noise": "noise",
    "frozen": "frozen",
    "mode": "mode",
    "epochs": "epochs",
    "normalise": "normalise",
    "drop_last": "drop_last",
    "seed": "seed",
    "device": "device",
    "target": "target",
    "patience": "patience",
}
#: The values of those widgets that offer some and no others.
_OFFERED: dict[str, tuple[float | None, ...]] = {
    "lr": LEARNING_RATES,
    "batch": BATCH_SIZES,
    "momentum": MOMENTA,
    "decay": WEIGHT_DECAYS,
    "dropout": tuple(_DROPOUTS),
    "noise": NOISES,
    "target": TARGETS,
    "patience": PATIENCES,
}
PACE_KEY = "pace"
#: Settings that may change while a run trains, but are chosen before it starts.
PLAN = ("epochs", "target", "patience")
_FIXED_NOTE = "These belong to the run that goes on. They can be chosen anew once it has ended: stop it, or reset."

#: The paces on offer, in batches a second.
FULL_SPEED = math.inf
PACES = (1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 50.0, 100.0, 250.0, FULL_SPEED)
DEFAULT_PACE = 24.0
_TOY_TRAIN_SIZE = 5
#: Optimizer, momentum, and a learning rate that is usual for them.
_RACERS = (("adam", 0.0, 0.001), ("sgd", 0.9, 0.02), ("sgd", 0.0, 0.1))
#: Rates of a sweep by default, as multiples of a usual one, and its batch sizes: of images, and of the five points.
_SWEPT = (0.1, 0.5, 2.0, 10.0)
_SWEPT_SIZES, _SWEPT_TOY_SIZES = (16, 64, 256), (1, 2, 4)
_SWEPT_BEFORE = "swept before"
_REFUSED = "knob refused"
_FULL_SPEED_ASKED = "full speed asked"


def parameters() -> dict[str, Parameter]:
    """What the page's address may say, by the key of each widget."""
    return {
        "data": choice_of({name: data_title(name) for name in DATA_NAMES}),
        "model": choice_of({name: entry.title for name, entry in MODELS.items()}),
        "optimizer": choice_of(OPTIMIZER_TITLES),
        "momentum": number_of(MOMENTA, str),
        "lr": number_of(
            LEARNING_RATES,
            "{:g}".format,
            f"1, 2 or 5 times a power of ten, from {LEARNING_RATES[0]:g} to {LEARNING_RATES[-1]:g}",
        ),
        "schedule": choice_of(SCHEDULE_TITLES),
        "decay": number_of(WEIGHT_DECAYS, "{:g}".format),
        "dropout": choice_of(_DROPOUTS),
        "noise": number_of(NOISES, "{:g}".format),
        "frozen": number_of(FROZEN, str),
        "mode": choice_of({mode: mode for mode in MODES}),
        "target": choice_of({target: _target_title(target) for target in TARGETS}),
        "patience": choice_of({patience: _patience_title(patience) for patience in PATIENCES}),
        "batch": number_of(BATCH_SIZES, str),
        "epochs": whole_number(*EPOCHS_RANGE),
        "normalise": switch(),
        "drop_last": switch(),
        "seed": whole_number(*SEED_RANGE),
        "device": choice_of({name: name for name in DEVICE_NAMES}),
        "log": switch(),
        PACE_KEY: choice_of({pace: _pace_title(pace) for pace in PACES}),
    }


def classes() -> int:
    """How many classes the data that is chosen has."""
    data: str = st.session_state["data"]
    return 2 if data == TOY else len(IMAGE_SETS[data].classes)


def value_text(key: str) -> str:
    """The value of a widget as the page writes it."""
    return parameters()[key].write(st.session_state.get(key, False))


_MLP_ADAM = RunSpec()
_MLP_SGD = RunSpec(
    model="mlp-256-128", optimizer="sgd", learning_rate=0.01, momentum=0.9, batch_size=64, epochs=5, normalise=False
)
_RAW_SGD = RunSpec(model="raw-128", optimizer="sgd", learning_rate=0.01, batch_size=128, epochs=20, normalise=False)
_CNN_ADAM = RunSpec(model="cnn", epochs=3)
_TOY_SGD = RunSpec(
    data=TOY,
    model="toy",
    optimizer="sgd",
    learning_rate=0.5,
    batch_size=2,
    epochs=3,
    normalise=False,
    drop_last=True,
    seed=123,
)


def presets() -> tuple[Preset, ...]:
    """The settings worth starting from. Those for images leave the choice of images alone."""
    images = {"data": "mnist-sample"} if st.session_state.get("data") == TOY else {}

    def for_images(title: str, spec: RunSpec) -> Preset:
        values = widget_values(spec)
        values.pop("data")
        return Preset(title, {**values, **images})

    return (
        for_images("MLP, Adam", _MLP_ADAM),
        for_images("Wider MLP, SGD with momentum", _MLP_SGD),
        for_images("Raw parameters, plain SGD", _RAW_SGD),
        for_images("Small CNN", _CNN_ADAM),
        Preset("Five points", widget_values(_TOY_SGD)),
    )


def widget_values(spec: RunSpec) -> dict[str, Any]:
    """The value of each widget, by its key, that makes this spec."""
    return {key: getattr(spec, name) for name, key in _KEYS.items()}


def _on_offer(values: dict[str, Any]) -> dict[str, Any]:
    """Those of the values, by the keys of their widgets, that these can have: a run from a shell may have others."""
    return {key: value for key, value in values.items() if value in _OFFERED.get(key, (value,))}


def restore(spec: RunSpec) -> None:
    """Set the widgets as a run was set, where neither this session nor the address says otherwise."""
    for key, value in _on_offer(widget_values(spec)).items():
        if key not in st.session_state and key not in st.query_params:
            st.session_state[key] = value


def follow_knobs(run: Run) -> None:
    """Set the knobs as they stand of a run that goes on and is this learner's, whoever of its tabs has moved them."""
    for name in LIVE:
        key, value = _KEYS[name], getattr(run.asked, name)
        if name not in PLAN and _on_offer({key: value}) and st.session_state.get(key) != value:
            if key not in st.session_state:
                st.query_params.pop(key, None)  # an address of before, which the widget would follow
            set_widgets({key: value})


def choose(*, locked: bool) -> RunSpec | None:
    """Draw the settings.

    Parameters
    ----------
    locked
        Whether a run of this learner goes on, so that only what may change while it trains can be set.

    Returns
    -------
    RunSpec or None
        What they say; None, after an explanation with a way out, if they do not go together.
    """
    chosen: dict[str, Any] = {}
    if (refused := st.session_state.pop(_REFUSED, None)) is not None:
        st.warning(refused, icon=":material/block:")
    knobs = st.container()
    st.html(f'<p class="primer-note">{_FIXED_NOTE if locked else "What a run starts with:"}</p>')
    _draw_start(chosen, locked=locked)
    race = st.container()
    with knobs:
        _draw_knobs(chosen)
    with st.expander("More settings"):
        _draw_more_knobs(chosen)
        _draw_more_of_start(chosen, locked=locked)
    try:
        spec = RunSpec(**chosen)
    except SpecError as error:
        _explain(error, chosen)
        return None
    if locked and _of_a_sweep():
        knobs.html('<p class="primer-note">The runs of the sweep keep their settings: these are for the next run.</p>')
    if not locked:
        with race:
            _draw_sweep(spec)
            st.button(
                "Race the optimisers",
                icon=":material/flag:",
                on_click=_race,
                args=(spec,),
                help="Trains three networks at once from the same start: with the settings beside, and with each other "
                "optimiser at a rate that is usual for it.",
            )
        with knobs:
            st.button(
                "Find a rate",
                icon=":material/troubleshoot:",
                on_click=_find_rate,
                args=(spec,),
                help="Trains with a rate that rises from 0.00001 to 1, and tells where the loss was lowest.",
            )
    return spec


def _draw_sweep(spec: RunSpec) -> None:
    """Draw the choice of rates and batch sizes, each of which is to be tried with each."""
    with st.popover(
        "Try rates and batch sizes",
        icon=":material/grid_on:",
        help="Trains a network for each rate with each batch size, from the same first weights, and shows all curves.",
    ):
        usual, toy = _usual_rate(spec), spec.data == TOY
        keys = f"sweep rates {usual:g}", f"sweep sizes {toy}"
        before: dict[str, list[Any]] = st.session_state.get(_SWEPT_BEFORE, {})
        rates = st.multiselect(
            "Rates",
            LEARNING_RATES,
            before.get(keys[0], sorted({nearest_rate(usual * factor) for factor in _SWEPT})),
            format_func=lambda rate: f"{rate:g}",
            key=keys[0],
        )
        sizes = st.multiselect(
            "Batch sizes",
            BATCH_SIZES,
            before.get(keys[1], _SWEPT_TOY_SIZES if toy else _SWEPT_SIZES),
            key=keys[1],
        )
        try:
            specs = combinations(spec, rates, sizes)
        except SpecError as error:
            st.warning(str(error), icon=":material/block:")
            return
        runs = f"{len(specs)} run{'s' * (len(specs) > 1)}"
        most = cached.training_desks().most
        wait = f" At most {most} of one browser go on at once here; the others wait." if len(specs) > most else ""
        st.caption(f"{runs} from the same first weights, all other settings as on the page.{wait}")
        st.button(
            f"Start {runs}",
            type="primary",
            on_click=_sweep,
            args=(specs, dict(zip(keys, (rates, sizes), strict=True))),
            key="start_sweep",
        )


def _usual_rate(spec: RunSpec) -> float:
    """A learning rate that is usual for what a spec steps with."""
    return next(
        rate
        for optimizer, momentum, rate in _RACERS
        if (optimizer, momentum > 0) == (spec.optimizer, spec.momentum > 0)
    )


def _sweep(specs: Sequence[RunSpec], chosen: dict[str, list[Any]]) -> None:
    """Start a sweep, and keep what was chosen, by the keys of its widgets, which go while a run goes on."""
    st.session_state[_SWEPT_BEFORE] = st.session_state.get(_SWEPT_BEFORE, {}) | chosen
    session.start_sweep(specs, pace=pace())


def _of_a_sweep() -> bool:
    """Whether what is on the desk is a sweep."""
    desk = session.desk()
    return desk is not None and desk.sweep is not None


def use(spec: RunSpec) -> None:
    """Set all widgets as a run was set; a rate that is not on offer becomes the nearest one that is."""
    rate = {_KEYS["learning_rate"]: nearest_rate(spec.learning_rate)}
    set_widgets(_on_offer(widget_values(spec)) | rate)


def _race(spec: RunSpec) -> None:
    """Start a run, and beside it one with each other optimizer."""
    rivals = [
        replace(spec, optimizer=optimizer, momentum=momentum, learning_rate=rate)
        for optimizer, momentum, rate in _RACERS
        if (optimizer, momentum > 0) != (spec.optimizer, spec.momentum > 0)
    ]
    session.start(spec, rivals=rivals, pace=pace())


def _find_rate(spec: RunSpec) -> None:
    """Start a test of rates for a spec."""
    size = _TOY_TRAIN_SIZE if spec.data == TOY else IMAGE_SETS[spec.data].train_size
    session.start(rate_test(spec, size), pace=pace())


def nearest_rate(rate: float) -> float:
    """The learning rate on offer that is nearest, by their ratio."""
    return min(LEARNING_RATES, key=lambda offered: abs(math.log(offered / rate)))


def use_rate(rate: float) -> None:
    """Set the knobs to a constant rate on offer."""
    set_widgets({_KEYS["learning_rate"]: rate, _KEYS["schedule"]: "constant"})


def _knob_moved(name: str) -> None:
    """Have the run that goes on use what a knob says, if it is this learner's."""
    desk = session.desk()
    run = desk.current if desk else None
    if desk is None or run is None or not session.steers(desk) or run.state().ended or run.elsewhere:
        return
    if desk.sweep is not None:
        return  # its runs differ in two settings, and in nothing else
    if took_back(_KEYS[name]):
        return
    value = st.session_state[_KEYS[name]]
    try:
        run.change(**{name: value})
    except SpecError as error:
        st.session_state[_REFUSED] = f"{error} The run keeps what it had."
        return
    for rival in desk.together[1:]:
        with suppress(SpecError):  # one that is stepped otherwise keeps its own: Adam takes no momentum
            rival.change(**{name: value})


def _knob(name: str) -> dict[str, Any]:
    """What all widgets of settings have in common that can be changed while a run goes on."""
    return {"key": _KEYS[name], "bind": "query-params", "on_change": _knob_moved, "args": (name,)}


def _draw_knobs(chosen: dict[str, Any]) -> None:
    """Draw the settings that act from the next batch on and are changed most."""
    default = RunSpec()
    adam = chosen["optimizer"] == "adam"
    chosen["learning_rate"] = st.select_slider(
        "Learning rate",
        LEARNING_RATES,
        default.learning_rate,
        format_func=lambda rate: f"{rate:g}",
        help="How far a step goes. Like all settings down to the momentum it can be changed while a run goes on: from "
        "the next batch on, and the chart marks where.",
        **_knob("learning_rate"),
    )
    schedule_column, batch_column = st.columns(2)
    with schedule_column:
        chosen["schedule"] = st.selectbox(
            "Schedule",
            tuple(SCHEDULE_TITLES),
            format_func=SCHEDULE_TITLES.__getitem__,
            help="How the rate moves from here to the end of the epochs. Each but the constant one ends at a hundredth "
            "of the rate; one cycle rises from a twenty-fifth first.",
            **_knob("schedule"),
        )
    with batch_column:
        chosen["batch_size"] = st.selectbox(
            "Batch size",
            BATCH_SIZES,
            index=BATCH_SIZES.index(default.batch_size),
            help="Samples a step. The gradient is the mean over them.",
            **_knob("batch_size"),
        )
    momentum = st.selectbox(
        "Momentum: Adam has its own" if adam else "Momentum",
        MOMENTA,
        disabled=adam,
        help="Of SGD: the share of the last step that is carried into the next.",
        **_knob("momentum"),
    )
    chosen["momentum"] = 0.0 if adam else momentum


def _draw_more_knobs(chosen: dict[str, Any]) -> None:
    """Draw the other settings that act from the next batch on."""
    entry = MODELS[chosen["model"]]
    st.html('<p class="primer-note">From the next batch on:</p>')
    chosen["weight_decay"] = st.selectbox(
        "Weight decay",
        WEIGHT_DECAYS,
        format_func=lambda decay: f"{decay:g}",
        help="Pulls every weight towards zero: this share of the weight is added to its gradient.",
        **_knob("weight_decay"),
    )
    dropout = st.selectbox(
        "Dropout" if entry.dropout is not None else "Dropout: there is none in it",
        tuple(_DROPOUTS),
        format_func=_DROPOUTS.__getitem__,
        disabled=entry.dropout is None,
        help="The share of a layer's outputs that is set to zero in each step, at random, so that no output can be "
        "relied on alone." + (f" This model's own is {entry.dropout:g}." if entry.dropout is not None else ""),
        **_knob("dropout"),
    )
    chosen["dropout"] = None if entry.dropout is None else dropout
    chosen["noise"] = st.selectbox(
        "Noise on the inputs",
        NOISES,
        format_func=lambda noise: f"{noise:g}",
        help="Standard deviation of normal noise that is added to every training input, in the inputs' own units.",
        **_knob("noise"),
    )
    chosen["frozen"] = st.selectbox(
        "Frozen layers",
        FROZEN,
        help=f"So many layers from the input on keep their weights. {entry.title} has {len(entry.layers)}.",
        **_knob("frozen"),
    )
    chosen["mode"] = st.segmented_control(
        "Mode of the training steps",
        MODES,
        default=MODES[0],
        required=True,
        help="eval switches dropout off, and has batch normalisation use its running mean; gradients flow in both. "
        "Validation and test are always in eval.",
        **_knob("mode"),
    )


def _draw_start(chosen: dict[str, Any], *, locked: bool) -> None:
    """Draw what a run keeps from its start to its end."""
    default = RunSpec()
    chosen["data"] = st.selectbox(
        "Data",
        DATA_NAMES,
        index=DATA_NAMES.index(default.data),
        format_func=data_title,
        key="data",
        bind="query-params",
        disabled=locked,
        help="Where the samples come from. The images are real ones; the five points are made up.",
    )
    st.html(f'<p class="primer-note">{_data_note(chosen["data"])}</p>')
    chosen["model"] = st.selectbox(
        "Model",
        tuple(MODELS),
        format_func=lambda name: MODELS[name].title,
        key="model",
        bind="query-params",
        disabled=locked,
        help="The architecture: how many layers of what width between inputs and classes.",
    )
    chosen["optimizer"] = st.segmented_control(
        "Optimiser",
        OPTIMIZERS,
        default=default.optimizer,
        required=True,
        format_func=OPTIMIZER_TITLES.__getitem__,
        key="optimizer",
        bind="query-params",
        disabled=locked,
        help="How a gradient becomes a step. SGD takes it as it is; Adam divides it by its running size.",
    )
    chosen["epochs"] = whole_number_field(
        "Epochs", "epochs", default.epochs,
        "How many passes over the training samples. More can be added after the end.",
        locked=locked,
    )  # fmt: skip


def _draw_more_of_start(chosen: dict[str, Any], *, locked: bool) -> None:
    """Draw the rest of what a run keeps, and when it ends before its last epoch."""
    default = RunSpec()
    st.html(f'<p class="primer-note">{_FIXED_NOTE if locked else "What a run starts with:"}</p>')
    chosen["seed"] = whole_number_field(
        "Seed", "seed", default.seed,
        "Of the first weights and of the samples' order. The same seed gives the same curve.",
        locked=locked,
    )  # fmt: skip
    chosen["target"] = st.selectbox(
        "Stop at a validation accuracy of",
        TARGETS,
        format_func=_target_title,
        key="target",
        bind="query-params",
        disabled=locked,
        help="The run ends after the first epoch that reaches it.",
    )
    chosen["patience"] = st.selectbox(
        "Stop when the validation loss stops falling",
        PATIENCES,
        format_func=_patience_title,
        key="patience",
        bind="query-params",
        disabled=locked,
        help="The run ends after so many epochs in a row that were no better than the best before them.",
    )
    chosen["device"] = st.selectbox(
        "Device",
        DEVICE_NAMES,
        key="device",
        bind="query-params",
        disabled=locked,
        help="Where to compute: the processor, an NVIDIA card (cuda) or an Apple chip (mps).",
    )
    chosen["normalise"] = st.toggle(
        "Normalise pixels",
        default.normalise,
        key="normalise",
        bind="query-params",
        disabled=locked,
        help="Take off the mean of all pixels and divide by their standard deviation. Points are left as they are.",
    )
    chosen["drop_last"] = st.toggle(
        "Drop the last batch if it is not full",
        default.drop_last,
        key="drop_last",
        bind="query-params",
        disabled=locked,
        help="A small last batch gives a noisier gradient.",
    )


def ask_for_full_speed() -> None:
    """Have the slider of the pace say so when the page runs again: this time it is drawn already."""
    st.session_state[_FULL_SPEED_ASKED] = True


def full_speed_asked() -> bool:
    """Whether the page has to run again for that."""
    return _FULL_SPEED_ASKED in st.session_state


def draw_pace() -> None:
    """Draw the slider of the pace."""
    if st.session_state.pop(_FULL_SPEED_ASKED, False):
        set_widgets({PACE_KEY: FULL_SPEED})
    st.select_slider(
        "Pace, batches a second",
        PACES,
        DEFAULT_PACE,
        format_func=_pace_title,
        key=PACE_KEY,
        bind="query-params",
        on_change=_pace_moved,
        help="How fast the run goes by. It changes when the batches come, and none of their losses.",
    )


def pace() -> float | None:
    """Return the pace that is chosen, as a run takes it: batches a second, or None for full speed."""
    chosen: float = st.session_state[PACE_KEY]
    return chosen if math.isfinite(chosen) else None


def _pace_moved() -> None:
    """Have the run that goes on keep the pace, if it is this learner's."""
    desk = session.desk()
    if desk is not None and session.steers(desk) and not took_back(PACE_KEY):
        for run in desk.together:
            run.set_pace(pace())


def _pace_title(value: float) -> str:
    return f"{value:g}" if math.isfinite(value) else "full speed"


def _explain(error: SpecError, chosen: dict[str, Any]) -> None:
    """Draw why no run can be made of the settings, and what would mend it, each as a button."""
    st.warning(str(error), icon=":material/block:")
    with st.container(horizontal=True):
        for label, values in _mended(chosen).items():
            st.button(label, on_click=set_widgets, args=(values,))


def _mended(chosen: dict[str, Any]) -> dict[str, dict[str, object]]:
    """What a button says, and what it sets, for each of the settings that no run can have."""
    mended: dict[str, dict[str, object]] = {}
    takes = "points" if chosen["data"] == TOY else "images"
    model = MODELS[chosen["model"]]
    if model.takes != takes:
        model = next(entry for entry in MODELS.values() if entry.takes == takes)
        mended[f"Use {model.title}"] = {"model": model.name}
    ranges = {"epochs": EPOCHS_RANGE, "seed": SEED_RANGE, "frozen": (0, len(model.layers) - 1)}
    for name, (low, high) in ranges.items():
        nearest = round(min(max(chosen[name], low), high))
        if nearest != chosen[name]:
            mended[f"Set {name} to {nearest}"] = {_KEYS[name]: nearest}
    return mended


def _data_note(name: str) -> str:
    if name == TOY:
        return (
            "Five training points of two features, two classes. The two other points are too few for two sets: they "
            "are both validation and test, so the test tells nothing new here."
        )
    image_set = IMAGE_SETS[name]
    parts = (image_set.train_size, image_set.validation_size, image_set.test_size)
    sizes = "{:,} images to train on, {:,} to validate, {:,} to test".format(*parts)
    download = image_set.needs_download and not is_available(name)
    fetched = f"; Start downloads them first, {image_set.download_bytes / 1e6:.0f} MB" if download else ""
    return f"{sizes}{fetched}.".replace(",000", "\u2009000")


def _target_title(target: float) -> str:
    return percent(target, 0) if target else "none: train all epochs"


def _patience_title(patience: int) -> str:
    return f"{patience} epoch{'s' * (patience > 1)} without a new best" if patience else "never"
