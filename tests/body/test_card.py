import pytest

from retime.body.card import BEGIN, END, write_card
from retime.errors import InputError

FIGURES = {"part_accuracy": 0.75, "foreground_iou": 0.5, "uv_l1": 0.0625}
REPORT = {
    "heldout": FIGURES,
    "families": {"stand": FIGURES},
    "steadiness": {
        "part_changes": 0.5,
        "outline_changes": 0.25,
        "true_part_changes": 0.125,
        "true_outline_changes": 0.75,
    },
}


def test_figures_replace_those_between_the_marks(tmp_path):
    card = tmp_path / "card.md"
    card.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write_card(card, REPORT)

    text = card.read_text()
    assert text.startswith(f"before\n{BEGIN}\n| pairs |")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| held-out | 0.750 | 0.500 | 0.062 |" in text
    assert "| stand | 0.750 | 0.500 | 0.062 |" in text
    assert "| body pixels that change their part | 0.500 | 0.125 |" in text
    assert "detector" not in text  # no clip was measured
    assert [path.name for path in tmp_path.iterdir()] == ["card.md"]


@pytest.mark.parametrize("text", [None, "no marks", f"{BEGIN}{END}{BEGIN}"])
def test_a_card_without_marks_is_refused(text, tmp_path):
    card = tmp_path / "card.md"
    if text is not None:
        card.write_text(text)

    with pytest.raises(InputError, match=r"card\.md"):
        write_card(card, REPORT)
