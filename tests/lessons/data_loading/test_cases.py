"""What learners ask of data loading, and what the libraries really do: each has its place on the page."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms.functional import to_tensor

from primer_core.claims.claim import plain
from primer_core.data.toy import toy_points
from primer_core.lessons.answer import explanation, page
from primer_core.lessons.data_loading import LESSON
from primer_core.lessons.data_loading.batches import Loaded
from primer_core.lessons.data_loading.normalising import Normalised
from primer_core.lessons.data_loading.question import DataLoadingQuestion
from primer_core.lessons.data_loading.saving import SavedAndLoaded
from primer_core.picture.batches import Batches
from primer_core.picture.parts import Chip, CodePanel, Fixes, Notice
from tests.lessons.parts import part, parts
from tests.snippets import printed_by, run_snippet


def preset(title: str) -> DataLoadingQuestion:
    return next(preset.question for preset in LESSON.presets if preset.title == title)


def loaded(question: DataLoadingQuestion) -> Loaded:
    found = explanation(LESSON, question)
    assert isinstance(found, Loaded)
    return found


class Points(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """The primer's toy set, as its text writes it."""

    def __init__(self) -> None:
        points = toy_points()
        self.x, self.y = points.train_points, points.train_labels

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.x[index], self.y[index]


def test_the_five_points_come_in_the_primers_order() -> None:
    """Fact M03."""
    found = loaded(preset("Five points"))
    rows = [[found.values[sample] for sample in batch.samples] for batch in found.epochs[0].batches]
    expected = [[(2.3, -1.1), (-0.9, 2.9)], [(-1.2, 3.1), (-0.5, 2.6)], [(2.7, -1.5)]]
    assert [[tuple(round(value, 4) for value in row) for row in batch] for batch in rows] == expected
    torch.manual_seed(123)
    loader = DataLoader(Points(), batch_size=2, shuffle=True)
    for epoch in found.epochs:
        given = [features.tolist() for features, _ in loader]
        assert given == [[list(found.values[sample]) for sample in batch.samples] for batch in epoch.batches]


def test_what_drop_last_leaves_out_of_the_five_points() -> None:
    found = loaded(preset("The last one dropped"))
    assert found.sizes == (2, 2)
    assert [epoch.left_out for epoch in found.epochs] == [(4,), (4,)]
    drawn = part(page(LESSON, preset("The last one dropped")), Batches)
    assert [epoch.left_out for epoch in drawn.epochs] == [(4,), (4,)]


def test_a_batch_of_images_has_four_axes() -> None:
    """Fact M08."""
    first = loaded(preset("64 images a batch")).epochs[0].batches[0]
    assert (first.features, first.labels) == ((64, 1, 28, 28), (64,))


def test_without_shuffling_the_batches_of_sorted_labels_hold_one_label() -> None:
    found = loaded(preset("In order"))
    assert [{found.labels[sample] for sample in batch.samples} for batch in found.epochs[0].batches] == [{0}, {1}, {2}]


def test_a_lonely_last_sample_breaks_batchnorm_in_training() -> None:
    """Case G34."""
    question = preset("A lonely last sample")
    found = loaded(question)
    data = torch.arange(9 * 3, dtype=torch.float32).reshape(9, 3)
    with pytest.raises(ValueError, match="Expected more than 1 value per channel") as raised:
        [torch.nn.BatchNorm1d(3)(batch) for batch in DataLoader(data, batch_size=4)]  # type: ignore[arg-type]  # a tensor does as a data set
    assert found.declined is not None
    assert found.declined.words == str(raised.value)
    assert [change.code for change in found.changes] == ["drop_last=True", "batch_size=3", "norm.eval()"]
    assert found.changes[0].sizes == (4, 4)
    shown = page(LESSON, question)
    assert part(shown, Chip).verdict == "error"
    assert any(notice.tone == "declined" for notice in parts(shown, Notice))
    for fix in part(shown, Fixes).fixes:
        assert loaded(question.with_texts(fix.puts)).declined is None
    assert "ValueError: Expected more than 1 value" in printed_by(part(shown, CodePanel).code)


def test_pixels_are_divided_by_255_only_as_bytes() -> None:
    """Case G36."""
    found = explanation(LESSON, preset("0.1307 and 0.3081"))
    assert isinstance(found, Normalised)
    as_bytes, as_floats = found.scaled
    np.testing.assert_allclose(as_bytes.normalised[[0, 2]], [-0.4242, 2.8215], atol=5e-5)
    assert as_bytes.tensor[1] == pytest.approx(0.7843, abs=5e-5)
    assert as_floats.tensor[1] == 200.0
    assert as_floats.normalised[2] == pytest.approx(827.2, abs=0.05)
    for scaled in found.scaled:
        np.testing.assert_array_equal(to_tensor(scaled.pixels[None])[0, 0], scaled.tensor)


def saved(question: DataLoadingQuestion) -> SavedAndLoaded:
    found = explanation(LESSON, question)
    assert isinstance(found, SavedAndLoaded)
    return found


def test_a_saved_network_predicts_the_same_once_loaded() -> None:
    """Fact M11."""
    found = saved(preset("Saved and loaded"))
    assert found.predicts_same
    _, names = run_snippet(found.code)
    assert [(key.name, key.saved) for key in found.keys] == [
        (name, tuple(tensor.shape)) for name, tensor in names["saved"].state_dict().items()
    ]
    np.testing.assert_array_equal(found.loaded, names["loaded"](names["x"]).detach().numpy())


@pytest.mark.parametrize(
    ("title", "verdicts"),
    [
        ("Another width", {"fits", "clashes"}),
        ("A layer more", {"fits", "missing", "unasked"}),
        ("A layer less", {"fits", "unexpected"}),
        ("Keys with module.", {"missing", "unexpected"}),
    ],
)
def test_each_mismatch_is_named_as_pytorch_names_it(title: str, verdicts: set[str]) -> None:
    found = saved(preset(title))
    assert {key.verdict for key in found.keys} == verdicts
    assert found.declined is not None
    for key in found.keys:
        assert (key.verdict in ("missing", "unexpected", "clashes")) == (
            f'"{key.name}"' in found.declined.words or f"for {key.name}:" in found.declined.words
        )
    assert found.repairs
    for repair in found.repairs:
        assert saved(preset(title).with_texts(dict(repair.puts))).declined is None


def test_strict_false_loads_nothing_where_every_key_has_a_prefix() -> None:
    found = saved(preset("strict=False"))
    assert found.declined is None
    assert not found.predicts_same
    assert "0 of 4 tensors" in plain(LESSON.claims(preset("strict=False"), found)[-2].sentence())
