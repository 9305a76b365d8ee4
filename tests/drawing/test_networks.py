"""What the page says of a network."""

import re

from primer_core.inference.predict import CHECKPOINT
from ui.drawing.networks import choices


def test_the_shipped_network_is_told_with_every_accuracy_of_its_model_card_and_no_words_twice() -> None:
    about = choices()[0].about
    card = CHECKPOINT.with_suffix(".md").read_text(encoding="utf-8")
    section = card.split("## Held-out accuracy")[1].split("\n## ")[0]
    told = re.findall(r"\| (.*?) \| ([\d.]+%) \|", section)
    assert len(told) > 3
    for what, share in told:
        assert share in about
        width = re.search(r"width (\d+)", what)
        assert width is None or f"| {width[1]} |" in about
    assert about.count("drawn on the pad") == 1
    shares = re.search(r"\| Read correctly \|(.*)\|", about)
    assert shares is not None
    assert [share.strip() for share in shares[1].split("|")] == [share for what, share in told if "width" in what]
