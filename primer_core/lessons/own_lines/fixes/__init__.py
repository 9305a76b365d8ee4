"""What would work instead of a line that failed: each is tried by running the program with it.

A fix changes the statement that fails, puts a line in, or changes the one number with which a layer was made that does
not fit its input. What worked before it works as before: a change with which an earlier line comes to something else is
none. The likeliest changes of each kind of message stand in a module a theme; those of `operands` are tried for all.
"""

from primer_core.lessons.own_lines.fixes.trying import MOST, Fix, fixes_of

__all__ = ["MOST", "Fix", "fixes_of"]
