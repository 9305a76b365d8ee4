"""What a page does with a query that it cannot read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from primer_core.training.spec import RunSpec
from ui.address import Misread, choice_of, number_of, read_query, switch, whole_number
from ui.training import settings

TABLE = {
    "epochs": whole_number(1, 200),
    "lr": number_of((0.001, 0.5, 1.0, 5.0), "{:g}".format),
    "model": choice_of({"cnn": "Small CNN", "toy": "MLP 2-30-20-2"}),
    "log": switch(),
}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("lr", "5", 5.0),
        ("lr", "5.0", 5.0),
        ("lr", "5e0", 5.0),
        ("lr", "1e-3", 0.001),
        ("model", "cnn", "cnn"),
        ("model", "small cnn", "cnn"),
        ("model", "Small CNN", "cnn"),
        ("epochs", "7", 7),
        ("epochs", "7.0", 7),
        ("log", "True", True),
        ("log", "false", False),
    ],
)
def test_a_value_is_read_however_it_is_written(name: str, text: str, value: object) -> None:
    assert read_query({name: text}, TABLE) == ({name: value}, ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("epochs", text) for text in ("0", "201", "1.5", "lots", "", "nan", "inf", "1e400", "٣x")),
        *(("lr", text) for text in ("-3", "0.002", "nan", "inf", "")),
        *(("model", text) for text in ("vit", "", "cnn2")),
        ("log", "maybe"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_was_expected_and_what_is_used(name: str, text: str) -> None:
    values, (misread,) = read_query({name: text, "desk": "any"}, TABLE)
    assert values == {}
    assert (misread.name, misread.given, misread.expected) == (name, text, TABLE[name].expected)
    sentence = Misread(name, text, TABLE[name].expected, "Small CNN").sentence()
    assert f"{name}={text}" in sentence
    assert TABLE[name].expected in sentence
    assert "Small CNN" in sentence


def test_a_parameter_that_the_page_does_not_know_is_told_with_those_that_it_knows() -> None:
    values, (misread,) = read_query({"speed": "9", "epochs": "3"}, TABLE)
    assert values == {"epochs": 3}
    assert misread.name == "speed"
    assert all(name in misread.expected for name in TABLE)


@given(st.dictionaries(st.sampled_from([*TABLE, "other"]), st.text(max_size=200)))
def test_any_query_is_read_or_told(query: dict[str, str]) -> None:
    values, misread = read_query(query, TABLE)
    assert {*values, *(each.name for each in misread)} == set(query)
    for each in misread:
        assert "\n" not in each.sentence()
        assert len(each.sentence()) < 400


@given(
    st.builds(
        RunSpec,
        epochs=st.integers(1, 200),
        learning_rate=st.sampled_from(settings.LEARNING_RATES),
        batch_size=st.sampled_from(settings.BATCH_SIZES),
        seed=st.integers(0, 2**31 - 1),
        model=st.sampled_from(["cnn", "raw-128"]),
        optimizer=st.just("sgd"),
        momentum=st.sampled_from(settings.MOMENTA),
        weight_decay=st.sampled_from(settings.WEIGHT_DECAYS),
        normalise=st.booleans(),
    )
)
def test_the_table_of_live_training_reads_every_setting_by_its_name(spec: RunSpec) -> None:
    written = settings.widget_values(spec)
    values, misread = read_query({key: str(value) for key, value in written.items()}, settings.parameters())
    assert misread == ()
    assert values == written
    texts = {key: settings.parameters()[key].write(value) for key, value in written.items()}
    assert read_query(texts, settings.parameters()) == (written, ())


@pytest.mark.parametrize("name", ["epochs", "seed"])
def test_what_no_run_can_have_is_mended_by_a_button(name: str) -> None:
    def page() -> None:
        import streamlit as st

        from ui.training import settings

        spec = settings.choose(locked=False)
        st.button("Start", disabled=spec is None)

    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    low, high = (1, 200) if name == "epochs" else (0, 2**31 - 1)
    for wrong, nearest in ((-1, low), (2**31, high), (3.7, 4)):
        app.number_input(key=name).set_value(wrong).run()
        (start,) = [button for button in app.button if button.label == "Start"]
        assert start.disabled
        assert str(wrong) in app.warning[0].value
        (mend,) = [button for button in app.button if str(nearest) in button.label]
        mend.click().run()
        assert app.number_input(key=name).value == nearest
        assert not app.warning
        assert not app.exception
