"""What a line did that its author may not have meant, though it ran: found in what was computed, never in its words.

A rule looks at a line (`Line` in `line`) and yields a claim for each thing that may surprise there. The rules stand by
theme, each theme beside that of its claims in `primer_core.claims.surprises`; `rules` tries them all.
"""

from primer_core.lessons.own_lines.surprises.rules import surprises_of

__all__ = ["surprises_of"]
