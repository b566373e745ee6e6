"""The claims by their names."""

from retime.benchmark.claims.assignment import ASSIGNED
from retime.benchmark.claims.claim import Claim
from retime.benchmark.claims.crowd import EIGHT
from retime.benchmark.claims.learning_order import CORRELATED, NEARER
from retime.benchmark.claims.lights import BLINKING
from retime.benchmark.claims.reflected import FULL_BODIES, NON_LAYERED
from retime.benchmark.claims.segmentation import SEGMENTED
from retime.benchmark.claims.trimap_edit import MOVED

CLAIMS: dict[str, Claim] = {
    "full-bodies": FULL_BODIES,
    "correlated-first": CORRELATED,
    "nearer-first": NEARER,
    "own-squares": ASSIGNED,
    "beyond-trimaps": SEGMENTED,
    "layers-to-remove": NON_LAYERED,
    "trimap-edit": MOVED,
    "blinking-lights": BLINKING,
    "eight-people": EIGHT,
}
