"""What the training loop is asked: what is learned by which network, how fast, and by which lines."""

from dataclasses import dataclass
from typing import Literal

from primer_core.lessons.question import Question, choice, number, text, whole

Theme = Literal["order", "gradients", "losses", "modes", "rates", "data", "memory"]
Task = Literal["classes", "regression", "coin tosses", "one weight", "three points"]
Net = Literal["plain", "Dropout", "BatchNorm"]


@dataclass(frozen=True, slots=True)
class TrainingLoopQuestion(Question):
    """A task, a network, and the lines of a loop that trains it."""

    theme: Theme = choice(
        "order",
        {
            "order": "Order of lines",
            "gradients": "Gradients and weights",
            "losses": "Loss",
            "modes": "train and eval",
            "rates": "Learning rate",
            "data": "Data",
            "memory": "Memory",
        },
        label="Mistakes",
        segments=True,
    )
    task: Task = choice(
        "classes",
        {
            "classes": "three classes of points",
            "regression": "points along a line",
            "coin tosses": "labels by a coin",
            "one weight": "y = 2x with one weight",
            "three points": "y = x, and known",
        },
        label="Task",
        help="What is learned. All of it is drawn from the seed but the last two, which are a few numbers. The weight "
        "of y = 2x starts at 0, and the network of y = x starts with the right weights.",
    )
    net: Net = choice(
        "plain",
        {"plain": "plain", "Dropout": "with Dropout", "BatchNorm": "with BatchNorm"},
        label="Network",
        help="One hidden layer of 16 units with ReLU. Dropout and BatchNorm compute otherwise in train than in eval.",
    )
    examples: int = whole(
        40,
        label="Examples",
        help="Training examples, which come in batches of 16; the last batch has what is left.",
        least=17,
        most=64,
    )
    rate: float = number(
        0.1,
        label="Learning rate",
        help="Of your loop. The correct one has the rate that suits its task.",
        least=0.0,
        most=10.0,
        step=0.01,
    )
    seed: int = whole(0, label="Seed", help="Draws the data and the first weights.", least=0, most=999)
    lines: str = text("", label="Lines of the loop")
