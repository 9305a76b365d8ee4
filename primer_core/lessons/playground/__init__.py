"""The playground: a small network learns points in the plane, and all that it makes of the plane is seen meanwhile.

Its page is an app of its own: what is asked about is no text but a network with its weights and the state of its
optimiser, which changes some twenty times a second. The browser holds that state; `answer.answer` is a function of it,
of the question, and of how many steps are to be taken.
"""
