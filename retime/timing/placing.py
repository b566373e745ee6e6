"""Which instances of layers an edit shows, and the time curve of each."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from retime.timing.curve import TimeCurve
from retime.timing.edit import EditFile
from retime.timing.layer_edit import Appearance, Copy, LayerEdit
from retime.timing.operations import BEATS, Align, LayerKey
from retime.timing.playback import Place, Reader

if TYPE_CHECKING:  # it takes scipy, and few edits need it
    from retime.timing.alignment import Alignment


@dataclass(frozen=True)
class SourceLayers:
    """What an edit needs to know of a clip's layers."""

    names: list[str]  # of layers 1..N
    people: list[list[int]]  # ids of each layer's people
    order: np.ndarray  # int [T, N], layer numbers back to front
    floor: np.ndarray  # [T, N], see depth.floor_heights
    fps: float
    # The motion of a layer by its number, the signal's name, and whether to normalise it (the
    # default), [T]; see signals.motion_signal.
    motion: Callable[..., np.ndarray] | None = None
    # Beats of a sound file beside the edit, or of the clip's own sound, in frames of the clip.
    beats: Callable[[str | None], np.ndarray] | None = None

    @property
    def length(self) -> int:
        """Frames in the clip, T."""
        return len(self.order)


@dataclass
class Instance:
    """One showing of a layer."""

    name: str
    layer: int
    curve: TimeCurve
    look: Appearance
    place: Place  # in the edit file
    among_copies: int = 0
    edit: LayerEdit | None = None  # of the layer it belongs to, where there is one


@dataclass
class Placing:
    """Finds the time curve of every instance; alignments follow the layers they refer to.

    Args:
        file: the edit.
        source: the clip's layers.
        length: output frames.
    """

    file: EditFile
    source: SourceLayers
    length: int
    read: Reader = field(init=False)
    keys: dict[int, LayerKey] = field(init=False)  # layer number: how the edit calls it
    curves: dict[int, TimeCurve] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.read = Reader(self.file, self.source.length, self.source.fps)
        self.keys = {}
        for key in self.file.edit.layers:
            number = self.number(key, "layers", key)
            if number in self.keys:
                name = self.source.names[number - 1]
                raise self.file.error(
                    f"layer '{name}' is already there as '{self.keys[number]}'", "layers", key
                )
            self.keys[number] = key

    def number(self, key: LayerKey, *place: str | int) -> int:
        """Return the number of the layer that a name, or a person's id, stands for."""
        names = self.source.names
        if isinstance(key, int):
            for number, people in enumerate(self.source.people, start=1):
                if key in people:
                    return number
            ids = sorted(i for people in self.source.people for i in people)
            message = (
                f"no layer shows a person {key}; people are {', '.join(map(str, ids)) or 'none'}"
            )
            raise self.file.error(message, *place)
        if key in names:
            return names.index(key) + 1
        close = difflib.get_close_matches(key, names, n=1)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise self.file.error(f"no such layer; {hint}layers are {', '.join(names)}", *place)

    def instances(self) -> list[Instance]:
        """Return every instance that the output shows, in the order of the layers."""
        found = []
        for number, name in enumerate(self.source.names, start=1):
            key = self.keys.get(number)
            if key is None:
                found.append(Instance(name, number, TimeCurve.playing(), Appearance(), ()))
                continue
            edit, place = self.file.edit.layers[key], ("layers", key)
            if edit.removed:
                continue
            curve = self.curve(number)
            found.append(Instance(name, number, curve, edit, place, 0, edit))
            for index, copy in enumerate(edit.duplicate):
                here = (*place, "duplicate", index)
                when = self.timing(copy, number, here, ()) if copy.says_when else curve
                name_of_copy, side = f"{name} copy {index + 1}", _side(copy, index)
                found.append(Instance(name_of_copy, number, when, copy, here, side, edit))
        return found

    def curve(self, number: int, asking: tuple[int, ...] = ()) -> TimeCurve:
        """Return the curve of a layer itself; ``asking``: the layers that wait for it."""
        if number not in self.curves:
            key = self.keys.get(number)
            edit = self.file.edit.layers[key] if key is not None else Appearance()
            self.curves[number] = self.timing(edit, number, ("layers", key or ""), asking)
        return self.curves[number]

    def timing(
        self, edit: Appearance, number: int, place: Place, asking: tuple[int, ...]
    ) -> TimeCurve:
        """Return the curve that one instance of layer ``number`` asks for."""
        if edit.align is None:
            return self.read.playback(edit, place, self._until(edit))
        curve = self.aligned(edit.align, number, (*place, "align"), (*asking, number))
        return self.read.shifted(curve, edit, place)

    def aligned(
        self, align: Align, number: int, place: Place, asking: tuple[int, ...]
    ) -> TimeCurve:
        """Return the curve of ``align``: own times go where the other layer's, or beats, fall."""
        if align.to == BEATS and BEATS not in self.source.names:
            return self._to_beats(align, number, place)
        other = self.number(align.to, *place, "to")
        names = self.source.names
        if other in asking:
            message = f"'{names[number - 1]}' and '{names[other - 1]}' would wait for each other"
            if other == number:
                message = "a layer cannot be aligned to itself"
            raise self.file.error(message, *place, "to")
        reference = self.curve(other, asking)
        if align.auto:
            return self.automatic(align, number, other, reference, place).curve
        own, falls = [], []
        for index, (mine, theirs) in enumerate(align.points or []):
            here = (*place, "points", index)
            own.append(self.read.moment(mine, *here, 0))
            moment = self.read.moment(theirs, *here, 1)
            at = reference.first_shown(moment)
            if at is None or not np.isfinite(at):
                message = f"'{names[other - 1]}' stands still and never comes to {theirs!r}"
                raise self.file.error(message, *here, 1)
            falls.append(at)
            if index and (own[-1] <= own[-2] or falls[-1] <= falls[-2]):
                message = "both times of a point must be later than those of the point before"
                raise self.file.error(message, *here)
        return TimeCurve.through(falls, own)

    def automatic(
        self, align: Align, number: int, other: int, reference: TimeCurve, place: Place
    ) -> "Alignment":
        """Return the warp by which two layers' motions agree best.

        Args:
            align: what is wanted of it.
            number: of the layer that is warped.
            other: of the layer that it is aligned to.
            reference: when that one plays.
            place: where the alignment stands in the edit, for errors.
        """
        from retime.timing.alignment import NothingToAlignError, align_motions

        output = np.clip(reference.at(np.arange(self.length)), 0, self.source.length - 1)
        theirs = self._signal(other, align.signal, place)
        shown = np.interp(output, np.arange(len(theirs)), theirs)
        mine = self._signal(number, align.signal, place)
        segment = self.read.span(align.segment, *place, "segment") or None
        slack = self.read.span(align.slack, *place, "slack") or None
        try:
            return align_motions(
                shown, mine, self.source.fps, segment, slack, fixed=align.ends == "fixed"
            )
        except NothingToAlignError as error:
            raise self.file.error(f"{error}; align by 'points'", *place) from error

    def _to_beats(self, align: Align, number: int, place: Place) -> TimeCurve:
        """Return the warp by which moments of the layer fall on beats of a sound."""
        from retime.timing.beats import lowest_points, match_beats

        if self.source.beats is None:
            message = "there is no sound to take beats from; give the video to 'retime warp'"
            raise self.file.error(message, *place, "to")
        beats = self.source.beats(align.sound)
        beats = beats[(beats >= 0) & (beats < self.length)]
        if align.moments is not None:
            own = [self.read.moment(m, *place, "moments", i) for i, m in enumerate(align.moments)]
            if np.any(np.diff(own) <= 0):
                raise self.file.error("moments must increase", *place, "moments")
        else:
            own = lowest_points(self._signal(number, align.signal, place), self.source.fps).tolist()
        moments, at = match_beats(np.array(own), beats)
        if not len(moments):
            message = f"found {len(own)} moments and {len(beats)} beats; there is nothing to match"
            raise self.file.error(message, *place)
        return TimeCurve.through(at.tolist(), moments.tolist())

    def _signal(self, number: int, name: str, place: Place) -> np.ndarray:
        from retime.timing.signals import UnknownSignalError

        if self.source.motion is None:
            raise self.file.error("no keypoints to take motions from", *place)
        try:
            return self.source.motion(number, name)
        except UnknownSignalError as error:
            raise self.file.error(str(error), *place, "signal") from error

    def _until(self, edit: Appearance) -> float:
        return self.length + abs(edit.delay.frames(self.source.fps))


def _side(copy: Copy, index: int) -> int:
    """Return the depth of a copy among its layer's instances; the layer itself has 0."""
    return index + 1 if copy.depth == "front" else -index - 1
