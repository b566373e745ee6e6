"""Settings of the room `video`."""

from pydantic import Field, model_validator

from retime.config.section import Index, PositiveInt, Section


class FrameRange(Section):
    """Which frames of the source video make the clip."""

    start: Index = Field(0, description="first frame of the video, counted from 0")
    end: PositiveInt | None = Field(None, description="frame to stop before; none: to the end")
    step: PositiveInt = Field(1, description="take every step-th frame")

    @model_validator(mode="after")
    def _two_frames(self) -> "FrameRange":
        if self.end is not None and self.end - self.start < 2:
            raise ValueError("frames.end must be at least frames.start + 2")
        return self


class FramesSettings(Section):
    """Stage ``frames``: decoding and sizes."""

    # The network works in multiples of 32, and 16:9 at this height nearly fills 224 x 128.
    working_height: PositiveInt = Field(
        126, description="short side of the frames the renderer is trained on, pixels"
    )
    layer_scale: float = Field(
        2.0, ge=1, description="layer height over working height (the paper: 2)"
    )
    fps: float | None = Field(
        None,
        gt=0,
        description="constant rate to bring the clip to, frames per second; "
        "none: the video's own, 25 for a folder of pictures",
    )
    range: FrameRange = FrameRange()
