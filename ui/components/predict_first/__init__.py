"""A question to answer before the page does; each answer has its own reason. It is answered in the browser."""

from collections.abc import Mapping
from pathlib import Path

from ui.components.folder import register

_mount = register(Path(__file__).parent)


def predict_first(question: str, answers: Mapping[str, str], correct: str, *, key: str) -> None:
    """Ask a question before showing its answer.

    Parameters
    ----------
    question
        Plain text; what stands between backticks is code.
    answers
        Each answer with the reason why it is right or what thinking led to it, written like the question.
    correct
        The right one of `answers`.
    key
        Of the element.

    Raises
    ------
    ValueError
        If `correct` is none of the answers.
    """
    if correct not in answers:
        raise ValueError(f"correct must be one of the answers {', '.join(answers)}; got {correct}.")
    _mount(key=key, data={"question": question, "answers": list(answers.items()), "correct": correct})
