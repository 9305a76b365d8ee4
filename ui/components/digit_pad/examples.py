"""Drawings to start from, as pen strokes in pad units."""

from typing import Any

_WIDTH = 18


def _drawing(*strokes: list[list[int]]) -> list[dict[str, Any]]:
    return [{"width": _WIDTH, "points": points} for points in strokes]


EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "A plain 3": _drawing(
        [
            [92, 72],
            [112, 54],
            [140, 47],
            [168, 54],
            [183, 74],
            [180, 100],
            [162, 120],
            [132, 130],
            [164, 138],
            [188, 158],
            [194, 186],
            [180, 214],
            [150, 230],
            [118, 228],
            [92, 212],
        ]
    ),
    "A 7 with a bar": _drawing(
        [[84, 62], [130, 60], [194, 58], [178, 100], [156, 150], [136, 196], [124, 234]],
        [[108, 146], [144, 142], [184, 138]],
    ),
    "4 or 9?": _drawing(
        [
            [124, 56],
            [112, 64],
            [98, 84],
            [93, 106],
            [98, 126],
            [114, 138],
            [136, 140],
            [156, 132],
            [170, 116],
            [177, 94],
        ],
        [[179, 60], [179, 100], [176, 150], [172, 196], [167, 238]],
    ),
    "Not a digit": _drawing(
        [[140, 40], [164, 216], [52, 104], [228, 104], [116, 216], [140, 40]],
    ),
}
