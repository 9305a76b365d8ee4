"""A digit network that also says how much an image looks like a digit at all."""

import torch
from torch import nn

from primer_core.models.normalise import Normalised


class DigitReader(Normalised):
    """A convolutional network with ten logits, and an eleventh output for "none of the ten".

    What it gives when called are the ten logits, as every digit network does. The eleventh output is asked for by
    `scored`. It is compared with the ten by the logistic function of log(exp(z_0) + ... + exp(z_9)) - z_none, which is
    the share of the ten digits in a softmax over all eleven.

    Parameters
    ----------
    model
        A network made of ``features`` and a ``classifier`` that ends in an affine layer, as
        `primer_core.models.cnn.WideCNN` is.
    mean, std
        As `Normalised` takes them.
    temperature
        By which the last layer's weights and biases were divided after training, so that probabilities are neither
        too bold nor too shy. The ten logits are multiplied by it before they are compared with the eleventh output,
        which was trained with them as they were.

    Raises
    ------
    ValueError
        If `std` or `temperature` is not positive.
    """

    def __init__(self, model: nn.Module, mean: float, std: float, temperature: float = 1.0) -> None:
        super().__init__(model, mean, std)
        if not temperature > 0:
            raise ValueError(f"temperature must be positive, got {temperature}")
        self.temperature = float(temperature)
        last = model.classifier[-1]
        self.none_of_them = nn.Sequential(*model.classifier[:-1], nn.Linear(last.in_features, 1))

    def scored(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits (batch, 10), and how far each image (batch, 1, 28, 28) looks like a digit, (batch,), as a logit."""
        features = self.model.features((pixels - self.mean) / self.std)
        logits: torch.Tensor = self.model.classifier(features)
        none = self.none_of_them(features).squeeze(1)
        return logits, torch.logsumexp(self.temperature * logits, dim=1) - none

    @torch.no_grad()
    def set_temperature(self, temperature: float) -> None:
        """Divide the logits by a temperature: the last layer's weights and biases are changed to do so."""
        last = self.model.classifier[-1]
        for parameter in last.parameters():
            parameter.mul_(self.temperature / temperature)
        self.temperature = float(temperature)
