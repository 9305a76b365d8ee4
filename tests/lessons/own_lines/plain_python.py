"""What the last statement of a program comes to in plain Python."""

import ast
import contextlib
import io
import warnings


def answer_in_python(program: str) -> str:
    """Run a program; return what its last statement prints, or the name of the class of the error that it raises."""
    *before, last = ast.parse(program).body
    names: dict[str, object] = {}
    out = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        exec(compile(ast.Module(before, []), "<trap>", "exec"), names)
        try:
            with contextlib.redirect_stdout(out):
                exec(compile(ast.Module([last], []), "<trap>", "exec"), names)
        except Exception as error:
            return type(error).__name__
    return out.getvalue().removesuffix("\n")
