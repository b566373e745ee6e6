"""Settings of the room `people`."""

from pydantic import Field

from retime.config.section import PositiveInt, Section, Share


class PosesSettings(Section):
    """Stage ``poses``: person detection."""

    long_sides: tuple[PositiveInt, ...] = Field(
        (256, 512), description="long side of the picture in each detector pass, pixels"
    )
    min_score: Share = Field(0.15, description="people below this score are dropped")
    refine: bool = Field(True, description="refine each person by a second, single-person network")


class TracksSettings(Section):
    """Stage ``tracks``: identities over time, interpolation."""

    min_presence: Share = Field(
        0.2,
        description="people seen in a smaller share of the frames, and for less than min_seconds, "
        "are bystanders",
    )
    min_seconds: float = Field(
        1.0, ge=0, description="people seen for so long count, however long the clip is"
    )
    max_gap_seconds: float = Field(
        4.0, gt=0, description="a person unseen for longer than this comes back as another"
    )
    min_joint_score: Share = Field(0.25, description="joints below this score are interpolated")
    smoothing: float = Field(0.85, ge=0, description="width of the jitter filter, frames; 0 is off")
