"""What often surprises of gradients: a leaf that is bound anew, a branch that is left out, what backward() is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from primer_core.claims.claim import Claim, Code, InAWord, Name, Sentence
from primer_core.claims.running import Run


@dataclass(frozen=True, slots=True)
class LeafLeftBehind(InAWord, Claim):
    """A name of a leaf was bound to a new tensor that requires no gradient.

    Parameters
    ----------
    run
        Which line, and when.
    name
        The name.
    code
        What was computed of the leaf.
    instead
        The statement that changes the leaf itself, where nothing is recorded.
    """

    word: ClassVar[str] = "another tensor"
    run: Run
    name: str
    code: str
    instead: str

    def sentence(self) -> Sentence:
        """Say what the new tensor lacks, and name what changes the leaf."""
        return (
            "The name ",
            Name(self.name),
            " is bound to a new tensor, ",
            Code(self.code),
            ", which was not recorded: it requires no gradient, and its .grad is None. ",
            Code(self.instead),
            " under torch.no_grad() changes the leaf in place, which goes on requiring one",
        )
