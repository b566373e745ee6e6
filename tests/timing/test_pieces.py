import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retime.timing.edit import load_edit
from retime.timing.pieces import Piece, remap_keys, straight_pieces, value_keys
from retime.timing.timemap import SourceLayers, build_instances

NAN = float("nan")


def test_a_curve_of_straight_parts_is_cut_at_its_bends():
    samples = np.array([0, 1, 2, 3, 3, 3, 3, 2.5, 2, NAN, NAN, 8, 9])
    assert straight_pieces(samples) == [
        Piece(0, 4, 0, 1),
        Piece(4, 3, 3, 0),
        Piece(7, 2, 2.5, -0.5),
        Piece(9, 2, pytest.approx(NAN, nan_ok=True), 0),
        Piece(11, 2, 8, 1),
    ]


curves = st.lists(
    st.one_of(st.just(NAN), st.integers(0, 40).map(lambda n: n / 2)), min_size=1, max_size=40
).map(np.array)


@given(samples=curves, within=st.sampled_from([1e-6, 0.05, 1.0]))
@settings(max_examples=200, deadline=None)
def test_pieces_cover_a_curve_closely(samples, within):
    pieces = straight_pieces(samples, within)
    assert sum(piece.length for piece in pieces) == len(samples)
    shown = [p.at(t) for p in pieces for t in range(p.start, p.start + p.length)]
    assert [p.start for p in pieces] == np.cumsum([0, *(p.length for p in pieces)])[:-1].tolist()
    np.testing.assert_allclose(shown, samples, atol=within + 1e-9)


@given(samples=curves.filter(lambda samples: np.isfinite(samples).any()))
@settings(max_examples=100, deadline=None)
def test_keys_show_what_pieces_show(samples, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "pieces.yaml"
    opacity = np.where(np.isnan(samples), 0.0, np.clip(samples / 20, 0, 1))
    path.write_text(
        f"layers: {{ann: {{remap: {remap_keys(straight_pieces(samples))}, "
        f"opacity: {value_keys(straight_pieces(opacity))}}}}}\nlength: {len(samples)}\n"
    )
    source = SourceLayers(["ann"], [[1]], np.ones((60, 1), int), np.full((60, 1), np.nan), 10.0)
    made = build_instances(load_edit(path), source)
    known = np.isfinite(samples)
    np.testing.assert_allclose(made.source_time[0][known], samples[known], atol=1e-5)
    np.testing.assert_allclose(made.opacity[0], opacity, atol=1e-5)
