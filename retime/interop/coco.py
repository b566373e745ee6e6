"""What COCO's keypoints and masks have in common: the id of a track.

COCO itself (https://cocodataset.org/#format-data) has no tracks. Tools that annotate video put the
id of one into an annotation as ``track_id`` (PoseTrack), or into its ``attributes``, there as
``track_id`` (CVAT) or ``object_id`` (``sio convert --to coco`` of sleap-io, by which SLEAP's files
get here).
"""

from pydantic import AliasChoices, BaseModel, Field


class Attributes(BaseModel):
    """What tools add to an annotation."""

    track: int | None = Field(None, validation_alias=AliasChoices("track_id", "object_id"))


class Tracked(BaseModel):
    """An annotation that may belong to a track."""

    track_id: int | None = None
    attributes: Attributes = Attributes()

    @property
    def track(self) -> int | None:
        """Return the id of the track, None where there is none."""
        return self.attributes.track if self.track_id is None else self.track_id
