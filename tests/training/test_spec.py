import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from primer_core.models.registry import MODELS, build_model
from primer_core.training.spec import DATA_NAMES, RunSpec, SpecError

specs = st.builds(
    RunSpec,
    data=st.sampled_from([name for name in DATA_NAMES if name != "toy"]),
    model=st.sampled_from([name for name, entry in MODELS.items() if entry.takes == "images"]),
    optimizer=st.just("sgd"),
    momentum=st.floats(0, 0.999),
    learning_rate=st.floats(1e-6, 10),
    weight_decay=st.floats(0, 1),
    batch_size=st.integers(1, 4096),
    epochs=st.integers(1, 200),
    normalise=st.booleans(),
    drop_last=st.booleans(),
    seed=st.integers(0, 2**31 - 1),
    device=st.sampled_from(["cpu", "cuda", "mps"]),
)


@given(specs)
def test_a_spec_survives_json(spec: RunSpec) -> None:
    assert RunSpec.from_json(spec.to_json()) == spec


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"data": "imagenet"}, ["imagenet", "mnist-sample"]),
        ({"model": "vit"}, ["vit", "cnn"]),
        ({"optimizer": "lion"}, ["lion", "adam", "sgd"]),
        ({"learning_rate": 0.0}, ["learning_rate", "1e-06", "0.0"]),
        ({"learning_rate": float("nan")}, ["learning_rate", "nan"]),
        ({"learning_rate": True}, ["learning_rate", "True"]),
        ({"batch_size": 0}, ["batch_size", "1 to 4096"]),
        ({"batch_size": 64.0}, ["batch_size", "whole number", "64.0"]),
        ({"epochs": 10**9}, ["epochs", "200"]),
        ({"momentum": 1.0, "optimizer": "sgd"}, ["momentum", "0.999"]),
        ({"momentum": 0.9}, ["Adam", "SGD"]),
        ({"seed": -1}, ["seed", "-1"]),
        ({"device": "tpu"}, ["tpu", "cpu"]),
        ({"normalise": "yes"}, ["normalise", "'yes'"]),
        ({"model": "toy"}, ["points", "images", "MLP 784-128-64-10"]),
        ({"schedule": "sine"}, ["sine", "cosine", "constant"]),
        ({"dropout": 0.5}, ["no dropout layers", "0.5", "MLP 784-128-64-10 with dropout"]),
        ({"dropout": 1.0, "model": "mlp-dropout"}, ["dropout", "0.95"]),
        ({"noise": -0.1}, ["noise", "-0.1"]),
        ({"frozen": 3}, ["frozen", "0 to 2", "3 layers"]),
        ({"frozen": True}, ["frozen", "True"]),
        ({"mode": "test"}, ["mode", "train, eval"]),
        ({"target": 90}, ["target", "0 to 1", "90"]),
        ({"patience": -1}, ["patience", "0 to 100"]),
        ({"start": "x" * 41}, ["start", "40 letters"]),
        ({"start": None}, ["start", "None"]),
        ({"replay": 0.5}, ["replay share", "start"]),
        ({"replay": 0.95, "start": "shipped"}, ["replay", "0 to 0.9", "0.95"]),
        ({"replay": float("nan"), "start": "shipped"}, ["replay", "nan"]),
        ({"data": "fashion-mnist", "start": "shipped"}, ["digits", "MNIST sample", "Fashion-MNIST"]),
    ],
)
def test_what_cannot_be_run_is_refused_with_what_was_expected_and_given(
    change: dict[str, Any], names: list[str]
) -> None:
    with pytest.raises(SpecError) as caught:
        replace(RunSpec(), **change)
    for name in names:
        assert name in str(caught.value)


def test_json_of_unknown_fields_is_refused() -> None:
    with pytest.raises(SpecError, match="dropouts"):
        RunSpec.from_json(json.dumps({**asdict(RunSpec()), "dropouts": 0.5}))


def test_what_may_change_while_it_trains_is_taken_from_another_spec_and_nothing_else() -> None:
    other = RunSpec(learning_rate=0.1, optimizer="sgd", momentum=0.9, model="cnn", seed=7, noise=0.5, epochs=9)
    taken = replace(RunSpec(optimizer="sgd"), learning_rate=0.1, momentum=0.9, noise=0.5, epochs=9)
    assert RunSpec(optimizer="sgd").with_live(other) == taken
    with pytest.raises(SpecError, match="Adam"):
        RunSpec().with_live(other)


@pytest.mark.parametrize("name", MODELS)
def test_the_registry_counts_each_models_parameters_and_knows_its_dropout(name: str) -> None:
    model, entry = build_model(name, 0), MODELS[name]
    assert sum(entry.layers) == len(list(model.parameters()))
    shares = {module.p for module in model.modules() if isinstance(module, nn.Dropout)}
    assert shares == ({entry.dropout} if entry.dropout is not None else set())


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_nonsense_for_json_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(SpecError):
        RunSpec.from_json(text)


@given(
    st.dictionaries(st.sampled_from(list(asdict(RunSpec()))), st.none() | st.text() | st.floats() | st.lists(st.none()))
)
def test_fields_of_any_value_give_a_spec_that_keeps_them_or_a_sentence(fields: dict[str, Any]) -> None:
    try:
        spec = RunSpec.from_json(json.dumps(fields))
    except SpecError:
        return
    assert all(getattr(spec, name) == value for name, value in fields.items())
