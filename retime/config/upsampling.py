"""Settings of the stage `upsample`."""

from typing import Literal

from pydantic import Field

from retime.config.section import Index, PositiveInt, Section, Share


class UpsampleSettings(Section):
    """Stage ``upsample``: layers at their final size and detail transfer."""

    output_size: Literal["layer", "source"] = Field(
        "layer",
        description="size of the finished layers and of all that is rendered from them: "
        "frames.layer_scale times the working size (the paper), or the source video's own",
    )
    channels: PositiveInt = Field(16, description="channels of the upsampler (the paper: 64)")
    start: Literal["identity", "random"] = Field(
        "identity", description="begin as the bilinear enlargement, or at random (the paper)"
    )
    residual_scale: float = Field(
        1.0, gt=0, description="factor on what the network adds, 0..1 (authors' code: 0.005)"
    )
    steps: PositiveInt = Field(400, description="updates of the weights, at most")
    epochs: PositiveInt | None = Field(
        None, description="passes over the frames, in place of steps (the paper: 500)"
    )
    patience: Index = Field(
        150,
        description="training stops when the loss on frames held out has not fallen by 1 % in so "
        "many steps, and the best weights count; 0: it never does (the paper)",
    )
    batch: PositiveInt = Field(1, description="crops per update (authors' code: 16)")
    crop: PositiveInt = Field(
        192, description="side of the training crops, pixels (the paper: 256)"
    )
    boxed: bool = Field(
        True, description="refine what shows of a layer alone, not whole frames (the paper)"
    )
    guided: bool = Field(
        True, description="show the upsampler what the full-size frame demands of mattes"
    )
    cover: float = Field(
        1.0, ge=0, description="weight of what layers leave unexplained, if guided"
    )
    cover_faint: float = Field(
        0.5, ge=0, description="share of it where little is demanded, as of shadows, if guided"
    )
    haze: float = Field(
        0.3, ge=0, description="of alpha beyond what the frame demands of it, if guided"
    )
    tighten: bool = Field(True, description="draw mattes in where the frame is the background")
    detail_transfer: bool = Field(True, description="give layers the video's own detail")
    detail_background: bool = Field(True, description="the background, too (authors' code: not)")
    detail_margin: Share = Field(
        0.015,
        description="around mattes the background gets no detail; share of the frame's width, "
        "0 as in the paper",
    )
    seed: Index = 0
