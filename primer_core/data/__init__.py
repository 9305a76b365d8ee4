"""Data sets by name, as tensors. Importing this does not load torch; loading a set does."""

from primer_core.data.download import Progress
from primer_core.data.errors import DamagedFileError, DataError, DataUnavailableError, DownloadCancelled
from primer_core.data.folder import data_folder
from primer_core.data.images import (
    ImageSplit,
    LabelledImages,
    images_to_floats,
    is_available,
    load_images,
)
from primer_core.data.registry import IMAGE_SETS, ImageSet
from primer_core.data.toy import PointSplit, toy_points

__all__ = [
    "IMAGE_SETS",
    "DamagedFileError",
    "DataError",
    "DataUnavailableError",
    "DownloadCancelled",
    "ImageSet",
    "ImageSplit",
    "LabelledImages",
    "PointSplit",
    "Progress",
    "data_folder",
    "images_to_floats",
    "is_available",
    "load_images",
    "toy_points",
]
