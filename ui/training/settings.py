"""The settings of a run as widgets, each bound to the address; together they make a `RunSpec`."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from primer_core.data import IMAGE_SETS, is_available
from primer_core.devices import DEVICE_NAMES
from primer_core.models.registry import MODELS
from primer_core.training.spec import (
    DATA_NAMES,
    EPOCHS_RANGE,
    OPTIMIZERS,
    SEED_RANGE,
    TOY,
    RunSpec,
    SpecError,
)
from ui.address import Parameter, choice_of, number_of, switch, whole_number
from ui.controls import Preset

#: The learning rates on offer: 1, 2 and 5 of each power of ten.
LEARNING_RATES = tuple(float(f"{digit}e{power}") for power in range(-5, 1) for digit in (1, 2, 5))
BATCH_SIZES = tuple(2**power for power in range(12))
WEIGHT_DECAYS = (0.0, 1e-5, 1e-4, 1e-3, 1e-2)
MOMENTA = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)

#: Each field of a spec and the key of its widget, which is its name in the address.
_KEYS = {
    "data": "data",
    "model": "model",
    "optimizer": "optimizer",
    "momentum": "momentum",
    "learning_rate": "lr",
    "weight_decay": "decay",
    "batch_size": "batch",
    "epochs": "epochs",
    "normalise": "normalise",
    "drop_last": "drop_last",
    "seed": "seed",
    "device": "device",
}
LEARNING_RATE_KEY = _KEYS["learning_rate"]
PACE_KEY = "pace"

#: The paces on offer, in batches a second.
FULL_SPEED = math.inf
PACES = (1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 50.0, 100.0, 250.0, FULL_SPEED)
DEFAULT_PACE = 24.0


def parameters() -> dict[str, Parameter]:
    """What the page's address may say, by the key of each widget."""
    return {
        "data": choice_of({name: _data_title(name) for name in DATA_NAMES}),
        "model": choice_of({name: entry.title for name, entry in MODELS.items()}),
        "optimizer": choice_of({name: _optimizer_title(name) for name in OPTIMIZERS}),
        "momentum": number_of(MOMENTA, str),
        "lr": number_of(
            LEARNING_RATES,
            "{:g}".format,
            f"1, 2 or 5 times a power of ten, from {LEARNING_RATES[0]:g} to {LEARNING_RATES[-1]:g}",
        ),
        "decay": number_of(WEIGHT_DECAYS, "{:g}".format),
        "batch": number_of(BATCH_SIZES, str),
        "epochs": whole_number(*EPOCHS_RANGE),
        "normalise": switch(),
        "drop_last": switch(),
        "seed": whole_number(*SEED_RANGE),
        "device": choice_of({name: name for name in DEVICE_NAMES}),
        "log": switch(),
        PACE_KEY: choice_of({pace: _pace_title(pace) for pace in PACES}),
    }


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


def restore(spec: RunSpec) -> None:
    """Set the widgets as a run that goes on was set, where neither this session nor the address says otherwise."""
    for key, value in widget_values(spec).items():
        if key not in st.session_state and key not in st.query_params:
            st.session_state[key] = value


def choose(*, locked: bool) -> RunSpec | None:
    """Draw the settings.

    Parameters
    ----------
    locked
        Whether a run goes on, so that only its learning rate may change.

    Returns
    -------
    RunSpec or None
        What they say; None, after an explanation with a way out, if they do not go together.
    """
    default = RunSpec()
    learning_rate = st.select_slider(
        "Learning rate",
        LEARNING_RATES,
        default.learning_rate,
        format_func=lambda rate: f"{rate:g}",
        key=LEARNING_RATE_KEY,
        bind="query-params",
        help="How far a step goes. It can be changed while a run goes on: the chart marks where.",
    )
    data = st.selectbox(
        "Data",
        DATA_NAMES,
        index=DATA_NAMES.index(default.data),
        format_func=_data_title,
        key="data",
        bind="query-params",
        disabled=locked,
        help="Where the samples come from. The images are real ones; the five points are made up.",
    )
    st.html(f'<p class="primer-note">{_data_note(data)}</p>')
    model = st.selectbox(
        "Model",
        tuple(MODELS),
        format_func=lambda name: MODELS[name].title,
        key="model",
        bind="query-params",
        disabled=locked,
        help="The architecture: how many layers of what width between pixels and classes.",
    )
    epochs_column, batch_column = st.columns(2)
    with epochs_column:
        epochs = st.number_input(
            "Epochs",
            value=default.epochs,
            step=1,
            key="epochs",
            bind="query-params",
            disabled=locked,
            help="How many passes over the training samples.",
        )
    with batch_column:
        batch_size = st.selectbox(
            "Batch size",
            BATCH_SIZES,
            index=BATCH_SIZES.index(default.batch_size),
            key="batch",
            bind="query-params",
            disabled=locked,
            help="Samples a step. The gradient is the mean over them.",
        )
    optimizer = st.segmented_control(
        "Optimizer",
        OPTIMIZERS,
        default=default.optimizer,
        required=True,
        format_func=_optimizer_title,
        key="optimizer",
        bind="query-params",
        disabled=locked,
        help="How a gradient becomes a step. SGD takes it as it is; Adam divides it by its running size.",
    )
    momentum = st.selectbox(
        "Momentum",
        MOMENTA,
        key="momentum",
        bind="query-params",
        disabled=locked or optimizer == "adam",
        help="Of SGD: the share of the last step that is carried into the next. Adam has its own.",
    )
    with st.expander("More settings"):
        weight_decay = st.selectbox(
            "Weight decay",
            WEIGHT_DECAYS,
            format_func=lambda decay: f"{decay:g}",
            key="decay",
            bind="query-params",
            disabled=locked,
            help="Pulls every weight towards zero, by this share of it.",
        )
        seed = st.number_input(
            "Seed",
            value=default.seed,
            step=1,
            key="seed",
            bind="query-params",
            disabled=locked,
            help="Of the first weights and of the samples' order. The same seed gives the same curve.",
        )
        device = st.selectbox(
            "Device",
            DEVICE_NAMES,
            key="device",
            bind="query-params",
            disabled=locked,
            help="Where to compute: the processor, an NVIDIA card (cuda) or an Apple chip (mps).",
        )
        normalise = st.toggle(
            "Normalise pixels",
            default.normalise,
            key="normalise",
            bind="query-params",
            disabled=locked,
            help="Take off the mean of all pixels and divide by their standard deviation.",
        )
        drop_last = st.toggle(
            "Drop the last batch if it is not full",
            default.drop_last,
            key="drop_last",
            bind="query-params",
            disabled=locked,
            help="A small last batch gives a noisier gradient.",
        )
    try:
        return RunSpec(
            data=data,
            model=model,
            optimizer=optimizer,
            momentum=0.0 if optimizer == "adam" else momentum,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            batch_size=batch_size,
            epochs=epochs,
            normalise=normalise,
            drop_last=drop_last,
            seed=seed,
            device=device,
        )
    except SpecError as error:
        _explain(error, data=data, model=model, epochs=epochs, seed=seed)
        return None


def draw_pace() -> None:
    """Draw the slider of the pace."""
    st.select_slider(
        "Pace, batches a second",
        PACES,
        DEFAULT_PACE,
        format_func=_pace_title,
        key=PACE_KEY,
        bind="query-params",
        help="How fast the run goes by. It changes when the batches come, and none of their losses.",
    )


def pace() -> float | None:
    """Return the pace that is chosen, as a run takes it: batches a second, or None for full speed."""
    chosen: float = st.session_state[PACE_KEY]
    return chosen if math.isfinite(chosen) else None


def _pace_title(value: float) -> str:
    return f"{value:g}" if math.isfinite(value) else "full speed"


def _explain(error: SpecError, **chosen: Any) -> None:
    """Draw why no run can be made of the settings, and what would mend it, each as a button."""
    st.warning(str(error), icon=":material/block:")
    with st.container(horizontal=True):
        for label, values in _mended(**chosen).items():
            st.button(label, on_click=st.session_state.update, args=(values,))


def _mended(*, data: str, model: str, epochs: int, seed: int) -> dict[str, dict[str, object]]:
    """What a button says, and what it sets, for each of the settings that no run can have."""
    mended: dict[str, dict[str, object]] = {}
    for key, given, (low, high) in (("epochs", epochs, EPOCHS_RANGE), ("seed", seed, SEED_RANGE)):
        nearest = min(max(given, low), high)
        if nearest != given:
            mended[f"Set {key} to {nearest}"] = {key: nearest}
    takes = "points" if data == TOY else "images"
    if MODELS[model].takes != takes:
        fitting = next(entry for entry in MODELS.values() if entry.takes == takes)
        mended[f"Use {fitting.title}"] = {"model": fitting.name}
    return mended


def _data_title(name: str) -> str:
    # What a choice is called stands in the address too, so it must not change with what is on the disk.
    return "Five points in the plane" if name == TOY else IMAGE_SETS[name].title


def _data_note(name: str) -> str:
    if name == TOY:
        return "Five training points of two features, two classes."
    image_set = IMAGE_SETS[name]
    parts = (image_set.train_size, image_set.validation_size, image_set.test_size)
    sizes = "{:,} images to train on, {:,} to validate, {:,} to test".format(*parts)
    download = image_set.needs_download and not is_available(name)
    fetched = f"; Start downloads them first, {image_set.download_bytes / 1e6:.0f} MB" if download else ""
    return f"{sizes}{fetched}.".replace(",000", "\u2009000")


def _optimizer_title(name: str) -> str:
    return {"adam": "Adam", "sgd": "SGD"}[name]
