"""Settings of the stage `train`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from retime.config.section import DEVICE, Device, Index, PositiveInt, Section, Share


class TrainSettings(Section):
    """Stage ``train``: the layered neural renderer.

    Descriptions name the paper's value where it is another; preset ``paper`` sets them all.
    """

    channels: PositiveInt = Field(16, description="base channels of the renderer (the paper: 64)")
    renderer: Literal["printed", "released"] = Field(
        "printed",
        description="released: layers 6 and 7 dilated by 2 and layer 1 with a plain ReLU, as in "
        "the authors' code",
    )
    background: Literal["canvas", "network"] = Field(
        "canvas",
        description="a picture of its own, or a pass of the network with a texture tile of its own "
        "that lies behind people's in their layers' inputs (the paper)",
    )
    texture_channels: Annotated[int, Field(ge=3)] = Field(16, description="channels of a texel")
    tile: PositiveInt = Field(16, description="texels on a side of each of a person's 24 tiles")
    texture_start: Literal["seen", "random"] = Field(
        "seen", description="start textures as the colours seen, or at random (the paper)"
    )
    texture_spread: float = Field(
        0.0,
        ge=0,
        description="deviation of random values in the channels that do not start as seen (the "
        "paper: 1)",
    )
    texture_fill: bool = Field(
        True, description="give texels that no frame shows the nearest learned one in the end"
    )
    steps: PositiveInt = Field(3000, description="updates of the weights")
    epochs: PositiveInt | None = Field(
        None, description="passes over the frames, in place of steps (the paper: 2500)"
    )
    batch: PositiveInt = Field(1, description="frames per update (authors' code: 32)")
    at_once: PositiveInt | None = Field(
        None,
        description="frames of an update that are computed at a time, their gradients added up; "
        "none: all. Fewer take less memory, but batch norm sees no more than these at once, until "
        "it keeps to the statistics of the whole clip ('settled')",
    )
    curriculum_epochs: Index = Field(
        0, description="first epochs, on the easier half of the frames alone (the paper: 1000)"
    )
    jitter_brightness: float = Field(
        0.0, ge=0, description="deviation of a random brightness, of 0..1 (authors' code: 0.1)"
    )
    jitter_epochs: Index = Field(400, description="epochs in which brightness is jittered")
    jitter_scale: float = Field(
        1.0, ge=1, description="greatest random enlargement before a crop (authors' code: 1.25)"
    )
    jitter_chance: Share = Field(0.75, description="share of the frames that are enlarged")
    learning_rate: float = Field(2e-3, gt=0)
    warm_up: Index = Field(30, description="steps in which the rate rises (the paper: 0)")
    texture_rate: float = Field(10.0, gt=0, description="of textures, times learning_rate")
    canvas_rate: float = Field(1.0, ge=0, description="of the background, times learning_rate")
    alpha_bias: float = Field(-1.0, description="start of alpha's output, before the tanh")
    alpha_reach: Share = Field(0.02, description="stretch of alpha, so that it reaches 0 and 1")
    colour_bias: float = Field(-2.0, description="start of the colours, before the tanh")
    colour_skip: bool = Field(True, description="show the textures' colours from the start")
    least_slope: float = Field(
        0.1,
        ge=0,
        description="of the colours' tanh, in gradients that lead back from its flat ends (the "
        "paper: 0)",
    )
    input_skip: bool = Field(
        True, description="let the renderer's last layer see its input, too (not in the paper)"
    )
    settled: Share = Field(
        0.2, description="last share of the steps, with batch-norm statistics of the whole clip"
    )
    coarse: Share = Field(0.4, description="share of the steps at half the working size")
    trimaps: Literal["evidence", "printed"] = Field(
        "evidence", description="trimaps that give way to evidence, or as they are (the paper)"
    )
    mask_schedule: Literal["share", "measured"] = Field(
        "share", description="mask loss for a share of the steps, or by its own size (Eq. 8)"
    )
    bootstrap: Share = Field(0.35, description="share of the steps that pull mattes to trimaps")
    mask_met: float = Field(
        0.02, gt=0, description="a mask loss below this ends the bootstrap, if measured"
    )
    mask_weight: float = Field(50.0, ge=0, description="of the mask loss in that time")
    mask_weight_after: float = Field(
        5.0, ge=0, description="of the mask loss for as long again, if measured"
    )
    clear_weight: float = Field(5.0, ge=0, description="of its clear half, to the end")
    core_weight: float = Field(0.1, ge=0, description="of its opaque half's core, to the end")
    hidden_weight: float = Field(
        1.0, ge=0, description="of the opaque half where others hide it, to the end"
    )
    hidden_colour: float = Field(
        0.5,
        ge=0,
        description="weight of how far colours are from what other frames show of a body, where "
        "others hide it; at full size and without jitter",
    )
    sparsity: Literal["summed", "mean", "composite"] = Field(
        "summed",
        description="alpha's weights on the sum or mean (the paper) of layers, or on their "
        "composite (authors' code)",
    )
    spare_hidden: bool = Field(
        True, description="do not make layers sparse where others hide them (not in the paper)"
    )
    l1: float = Field(0.005, ge=0, description="weight of the mean of alpha")
    l1_epochs: PositiveInt | None = Field(
        None, description="epochs in which it counts; none: all (the paper: 200)"
    )
    l0: float = Field(0.001, ge=0, description="weight of the smooth count of alpha")
    cover: float = Field(4.0, ge=0, description="weight of what layers leave unexplained")
    cover_faint: float = Field(
        0.25, ge=0, description="share of it in the end where little is demanded, as of shadows"
    )
    haze: float = Field(0.6, ge=0, description="of alpha beyond what the frame demands of it")
    solid_things: bool = Field(
        True, description="things that people carry are opaque, and in their UV maps and trimaps"
    )
    attribute_effects: bool = Field(
        True, description="effects go to whom they move with, as like poses foretell them"
    )
    decay: Share = Field(0.5, description="share of the steps over which the rate falls to 0")
    seed: Index = 0
    device: Device = Field("auto", description=DEVICE)
    precision: Literal["auto", "single", "bfloat16"] = Field(
        "auto",
        description="in which the renderer, but for its last layer, computes in training; auto: "
        "bfloat16 on a GPU that has it, or else single",
    )
    processes: PositiveInt = Field(
        1,
        description="that train together on one machine, a GPU each or a share of the CPU's cores; "
        "at most the frames per update",
    )
    compiled: bool = Field(
        False,
        description="compile the renderer for training (torch.compile): minutes at the start, less "
        "for each step on a GPU",
    )

    @model_validator(mode="after")
    def _random(self) -> "TrainSettings":
        if self.texture_start == "random" and not self.texture_spread:
            raise ValueError("texture_start: random needs a texture_spread above 0 (the paper: 1)")
        return self

    @model_validator(mode="after")
    def _share(self) -> "TrainSettings":
        if self.processes > self.batch:
            raise ValueError(
                f"{self.processes} processes cannot share a batch of {self.batch}; "
                f"set batch to {self.processes} or more"
            )
        return self
