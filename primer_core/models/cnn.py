"""Convolutional networks for 28x28 images: a small one to watch while it learns, a wider one to read drawn digits."""

import torch
from torch import nn


class SmallCNN(nn.Module):
    """Two convolutions and two affine layers; one core trains it at thousands of images a second.

    =============  =====================
    step           output shape
    =============  =====================
    image          (batch, 1, 28, 28)
    conv 3x3 ReLU  (batch, 16, 28, 28)
    max pool 2     (batch, 16, 14, 14)
    conv 3x3 ReLU  (batch, 32, 14, 14)
    max pool 2     (batch, 32, 7, 7)
    flatten        (batch, 1568)
    affine ReLU    (batch, 64)
    affine         (batch, 10): logits
    =============  =====================
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(32 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (batch, 10) of images (batch, 1, 28, 28)."""
        logits: torch.Tensor = self.classifier(self.features(images))
        return logits


class WideCNN(nn.Module):
    """Four convolutions, each followed by batch normalisation and ReLU: slower to train, harder to fool.

    ===================  =====================
    step                 output shape
    ===================  =====================
    image                (batch, 1, 28, 28)
    conv 5x5             (batch, 32, 28, 28)
    max pool 2           (batch, 32, 14, 14)
    conv 3x3, conv 3x3   (batch, 64, 14, 14)
    max pool 2           (batch, 64, 7, 7)
    conv 3x3             (batch, 128, 7, 7)
    flatten, dropout     (batch, 6272)
    affine               (batch, 10): logits
    ===================  =====================
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *_convolution(1, 32, kernel=5),
            nn.MaxPool2d(2),
            *_convolution(32, 64),
            *_convolution(64, 64),
            nn.MaxPool2d(2),
            *_convolution(64, 128),
        )
        self.classifier = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(128 * 7 * 7, 10))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (batch, 10) of images (batch, 1, 28, 28)."""
        logits: torch.Tensor = self.classifier(self.features(images))
        return logits


def _convolution(inputs: int, outputs: int, kernel: int = 3) -> list[nn.Module]:
    """Convolution that keeps height and width, batch normalisation, ReLU."""
    convolution = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)  # the normalisation has a bias
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
