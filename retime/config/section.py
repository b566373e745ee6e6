"""What every group of settings is made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

PositiveInt = Annotated[int, Field(gt=0)]
Index = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Device = Literal["auto", "cpu", "cuda"]
DEVICE = "where networks compute; auto: on a GPU where torch finds one"


class Section(BaseModel):
    """A group of settings; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
