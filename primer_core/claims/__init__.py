"""Claims: what lessons say, as small frozen objects that hold the facts of one sentence and can write it.

A claim says one thing of one program: the code that stands on the page beside it. Whoever has the claim and the code
can find out whether it holds, in another way than the lesson did; the tests do so for every claim of every lesson. What
cannot be checked so is not said. Claims import nothing of the project.
"""
