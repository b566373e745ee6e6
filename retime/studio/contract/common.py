"""What all messages have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Frame = Annotated[int, Field(ge=0, le=1_000_000)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Times = Annotated[list[float | None], Field(description="a number for each output frame")]


class Answer(BaseModel):
    """What the server sends: every field is there, always."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Question(BaseModel):
    """What the page sends: nothing but what is known here."""

    model_config = ConfigDict(extra="forbid")


class Refusal(Answer):
    """Why something was refused: the body of every answer from 400 on."""

    message: str = Field(description="one line for a person to read")
    place: list[str | int] | None = Field(
        None, description="keys and indices that lead to what is wrong, in what was sent or read"
    )
    line: int | None = Field(None, description="of the text, from 1")
