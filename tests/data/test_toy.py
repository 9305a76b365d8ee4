from __future__ import annotations

import torch

from primer_core.data import toy_points


def test_seven_points_in_two_classes() -> None:
    points = toy_points()
    assert points.train_points.shape == (5, 2)
    assert points.test_points.shape == (2, 2)
    assert points.train_points.dtype == points.test_points.dtype == torch.float32
    assert points.train_labels.tolist() == [0, 0, 0, 1, 1]
    assert points.test_labels.tolist() == [0, 1]
    assert points.train_labels.dtype == torch.int64


def test_the_primers_loader_order() -> None:
    points = toy_points()
    torch.manual_seed(123)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(points.train_points, points.train_labels), batch_size=2, shuffle=True
    )
    batches = [[tuple(round(value, 4) for value in point) for point in batch.tolist()] for batch, _ in loader]
    assert batches == [[(2.3, -1.1), (-0.9, 2.9)], [(-1.2, 3.1), (-0.5, 2.6)], [(2.7, -1.5)]]


def test_each_call_gives_new_tensors() -> None:
    toy_points().train_points.zero_()
    assert toy_points().train_points.abs().sum() > 0
