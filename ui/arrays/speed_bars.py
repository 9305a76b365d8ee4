"""Measured speeds of matrix products as bars."""

import streamlit as st

from primer_core.language.limits import thousands
from primer_core.lessons.matmul.speed import GPT3_FLOPS, Speed, measure_flops
from ui.arrays.stopwatch import on_demand
from ui.controls import code_panel


def speed_panel() -> None:
    """Draw the button that measures this machine, and what it measured."""
    st.subheader("How fast is this machine?", anchor=False)
    st.markdown(
        "A product of two n × n matrices takes 2·n³ floating-point operations (FLOPs). Divided by the time that it "
        "takes, that is the machine's FLOP/s. Small matrices are slow: starting costs more than the sums."
    )
    speed = on_demand("Measure, for two seconds at most", "speed", measure_flops)
    if speed is None:
        st.html('<p class="primer-note">Nothing was measured yet.</p>')
        return
    st.html(_bars(speed))
    st.html(
        f'<p class="primer-note">The best of {_repeats(speed)} products each, by time.{speed.clock}, measured in '
        f"{speed.seconds:.1f} s; NumPy {speed.numpy}. Whatever else the machine does lowers the numbers.</p>"
    )
    best = speed.best
    years = speed.years_for(GPT3_FLOPS)
    st.markdown(
        f"At its best, **{best.gigaflops:.1f} GFLOP/s** ({best.dtype}, n = {best.size}), this machine would need "
        f"**{thousands(round(years))} years** for the 3.14 · 10²³ FLOPs that the training of GPT-3 took."
    )
    code_panel(speed.code, note="Copied into plain Python, it measures the machine that it runs on.", key="speed_code")


def _repeats(speed: Speed) -> str:
    counts = [rate.repeats for rate in speed.rates]
    return f"{min(counts)} to {max(counts)}" if min(counts) < max(counts) else str(counts[0])


def _bars(speed: Speed) -> str:
    most = speed.best.gigaflops
    groups = []
    for size in dict.fromkeys(rate.size for rate in speed.rates):
        lines = "".join(
            f"<tr><td>{size if not i else ''}</td><td>{rate.dtype}</td>"
            f"<td class='bar'><div class='{rate.dtype}' style='width: {100 * rate.gigaflops / most:.1f}%'></div></td>"
            f"<td>{rate.gigaflops:.1f}</td><td>{_duration(rate.seconds)}</td></tr>"
            for i, rate in enumerate(rate for rate in speed.rates if rate.size == size)
        )
        groups.append(f"<tbody>{lines}</tbody>")
    head = "<tr><th>n</th><th>dtype</th><th class='bar'></th><th>GFLOP/s</th><th>best time</th></tr>"
    return f"<table class='primer-bars'><thead>{head}</thead>{''.join(groups)}</table>"


def _duration(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms"
