"""What is said of an array's course through statements: what each of them makes of it, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass

from primer_core.claims.claim import Claim, Code, Sentence, Shape


@dataclass(frozen=True, slots=True)
class StepGives(Claim):
    """Statements make an array of another.

    Parameters
    ----------
    statements
        One or more, as code has them.
    before, after
        Shape of the array that they are given, and of what they bind last.
    """

    statements: str
    before: Shape
    after: Shape

    def sentence(self) -> Sentence:
        """Give both shapes."""
        return (Code(self.statements), f": {self.before} → {self.after}.")


@dataclass(frozen=True, slots=True)
class StandsFor(Claim):
    """A statement only gives something a name.

    Parameters
    ----------
    statement
        As code has it.
    name, value
        The name, and what it stands for: a shape, a number of pieces, or a value.
    """

    statement: str
    name: str
    value: str

    def sentence(self) -> Sentence:
        """Say what the name stands for."""
        return (Code(self.statement), ": ", Code(self.name), f" stands for {self.value}.")


@dataclass(frozen=True, slots=True)
class Untouched(Claim):
    """No step is taken.

    Parameters
    ----------
    name, shape
        Of the array.
    """

    name: str
    shape: Shape

    def sentence(self) -> Sentence:
        """Say so, and what to do."""
        return (f"No step is taken: {self.name} stands as it was made, {self.shape}. Add one, or choose an example.",)


@dataclass(frozen=True, slots=True)
class EndsAs(Claim):
    """An array goes through all steps.

    Parameters
    ----------
    before, after
        Shape at the beginning and at the end.
    bytes
        That the steps took of new memory, each in its turn.
    """

    before: Shape
    after: Shape
    bytes: int

    def sentence(self) -> Sentence:
        """Write the claim as few words."""
        moved = f"{self.bytes} bytes of new memory" if self.bytes else "no byte copied"
        return (f"{self.before} → {self.after}, {moved}",)


@dataclass(frozen=True, slots=True)
class Raised(Claim):
    """A library declines a statement.

    Parameters
    ----------
    statement
        As code has it.
    library
        Its name.
    kind
        Class of the error.
    """

    statement: str
    library: str
    kind: str

    def sentence(self) -> Sentence:
        """Name the library and the error."""
        return (Code(self.statement), f": {self.library} raises {self.kind}.")
