"""From an edit to time maps: when each instance of a layer shows which source frame."""

import difflib
from dataclasses import dataclass, field

import numpy as np

from retime.timing.curve import TimeCurve
from retime.timing.depth import depth_ranks
from retime.timing.edit import Align, Appearance, Copy, Duration, EditFile, LayerKey, Playback

SHELVES = {"back": -1, "front": 1, None: 0}


@dataclass(frozen=True)
class SourceLayers:
    """What an edit needs to know of a clip's layers."""

    names: list[str]  # of layers 1..N
    people: list[list[int]]  # ids of each layer's people
    order: np.ndarray  # int [T, N], layer numbers back to front
    floor: np.ndarray  # [T, N], see depth.floor_heights
    fps: float

    @property
    def length(self) -> int:
        """Frames in the clip, T."""
        return len(self.order)


@dataclass(frozen=True)
class Instances:
    """The arrays of a ``TimeMap`` artifact; see there."""

    names: list[str]
    layer: np.ndarray  # int64 [M]
    source_time: np.ndarray  # [M, T_out]
    offset: np.ndarray  # [M, T_out, 2]
    opacity: np.ndarray  # [M, T_out]
    depth: np.ndarray  # [M, T_out]
    background_time: np.ndarray  # [T_out]
    sound: str  # "keep" or "drop"


@dataclass
class _Instance:
    name: str
    layer: int
    curve: TimeCurve
    look: Appearance
    among_copies: int = 0
    shelf: int = 0


def nearest_frame(time: np.ndarray) -> np.ndarray:
    """Return the source frame shown at each source time: the nearest, the later of two."""
    return np.floor(np.asarray(time) + 0.5).astype(np.int64)


def build_instances(file: EditFile, source: SourceLayers) -> Instances:
    """Work out an edit for the layers of a clip.

    Raises:
        InputError: unknown layer, a moment outside the clip, or alignments that contradict one
            another; names the file and the line.
    """
    edit = file.edit
    length = source.length
    if edit.length is not None:
        length = round(edit.length.frames(source.fps))
        if length < 1:
            raise file.error("the output would have no frame", "length")
    output = np.arange(length, dtype=np.float64)
    last = source.length - 1

    instances = _Placing(file, source).instances()
    count = len(instances)
    times = [np.clip(instance.curve.at(output), 0, last) for instance in instances]
    source_time = np.stack(times) if times else np.empty((0, length))
    background = _playback(file, source, edit.background, ("background",))
    background_time = np.clip(background.at(output), 0, last)
    layer = np.array([instance.layer for instance in instances], dtype=np.int64)
    depth = depth_ranks(
        layer,
        nearest_frame(source_time),
        source.order,
        source.floor,
        np.array([instance.among_copies for instance in instances]),
        np.array([instance.shelf for instance in instances]),
    )
    moves = np.array([i.look.move for i in instances], dtype=np.float64).reshape(count, 1, 2)
    opacities = np.array([i.look.opacity for i in instances], dtype=np.float64).reshape(count, 1)
    plays_on = np.array_equal(background_time, np.minimum(output, last))
    return Instances(
        names=[instance.name for instance in instances],
        layer=layer,
        source_time=source_time,
        offset=np.repeat(moves, length, axis=1),
        opacity=np.repeat(opacities, length, axis=1),
        depth=depth,
        background_time=background_time,
        sound=edit.sound or ("keep" if plays_on else "drop"),
    )


@dataclass
class _Placing:
    """Finds the time curve of every instance; alignments follow the layers they refer to."""

    file: EditFile
    source: SourceLayers
    keys: dict[int, LayerKey] = field(init=False)  # layer number: how the edit calls it
    curves: dict[int, TimeCurve] = field(default_factory=dict)

    def __post_init__(self) -> None:
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
            message = f"no layer shows a person {key}; people are {', '.join(map(str, ids))}"
            raise self.file.error(message, *place)
        if key in names:
            return names.index(key) + 1
        close = difflib.get_close_matches(key, names, n=1)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise self.file.error(f"no such layer; {hint}layers are {', '.join(names)}", *place)

    def instances(self) -> list[_Instance]:
        """Return every instance that the output shows, in the order of the layers."""
        found = []
        for number, name in enumerate(self.source.names, start=1):
            key = self.keys.get(number)
            if key is None:
                found.append(_Instance(name, number, TimeCurve.playing(), Appearance()))
                continue
            edit = self.file.edit.layers[key]
            if edit.remove:
                continue
            shelf = SHELVES[edit.depth]
            curve = self.curve(number)
            found.append(_Instance(name, number, curve, edit, 0, shelf))
            for index, copy in enumerate(edit.duplicate):
                place = ("layers", key, "duplicate", index)
                when = self.timing(copy, number, place, ()) if copy.says_when else curve
                side = _side(copy, index)
                found.append(_Instance(f"{name} copy {index + 1}", number, when, copy, side, shelf))
        return found

    def curve(self, number: int, asking: tuple[int, ...] = ()) -> TimeCurve:
        """Return the curve of a layer itself; ``asking``: the layers that wait for it."""
        if number not in self.curves:
            key = self.keys.get(number)
            edit = self.file.edit.layers[key] if key is not None else Appearance()
            self.curves[number] = self.timing(edit, number, ("layers", key or ""), asking)
        return self.curves[number]

    def timing(
        self,
        edit: Appearance,
        number: int,
        place: tuple[str | int, ...],
        asking: tuple[int, ...],
    ) -> TimeCurve:
        """Return the curve that one instance of layer ``number`` asks for."""
        if edit.align is None:
            return _playback(self.file, self.source, edit, place)
        return self.aligned(edit.align, number, (*place, "align"), (*asking, number))

    def aligned(
        self, align: Align, number: int, place: tuple[str | int, ...], asking: tuple[int, ...]
    ) -> TimeCurve:
        """Return the curve of ``align``: source times go where the other layer's fall."""
        other = self.number(align.to, *place, "to")
        names = self.source.names
        if other in asking:
            message = f"'{names[number - 1]}' and '{names[other - 1]}' would wait for each other"
            if other == number:
                message = "a layer cannot be aligned to itself"
            raise self.file.error(message, *place, "to")
        reference = self.curve(other, asking)
        own, falls = [], []
        for index, (mine, theirs) in enumerate(align.points):
            here = (*place, "points", index)
            own.append(_inside(self.file, self.source, mine, (*here, 0)))
            moment = _inside(self.file, self.source, theirs, (*here, 1))
            at = reference.first_shown(moment)
            if at is None or not np.isfinite(at):
                message = f"'{names[other - 1]}' stands still and never comes to {theirs!r}"
                raise self.file.error(message, *here, 1)
            falls.append(at)
            if index and (own[-1] <= own[-2] or falls[-1] <= falls[-2]):
                message = "both times of a point must be later than those of the point before"
                raise self.file.error(message, *here)
        return TimeCurve.through(falls, own)


def _side(copy: Copy, index: int) -> int:
    """Return the depth of a copy among its layer's instances; the layer itself has 0."""
    return index + 1 if copy.depth == "front" else -index - 1


def _playback(
    file: EditFile, source: SourceLayers, edit: Playback, place: tuple[str | int, ...]
) -> TimeCurve:
    """Return the curve of everything but an alignment."""
    if edit.freeze is not None:
        return TimeCurve.frozen(_inside(file, source, edit.freeze, (*place, "freeze")))
    curve = TimeCurve.playing(
        speed=-edit.speed if edit.reverse else edit.speed,
        start=float(source.length - 1) if edit.reverse else 0.0,
        delay=edit.delay.frames(source.fps),
    )
    if edit.hold is not None:
        start, end = (t.frames(source.fps) for t in (edit.hold.start, edit.hold.end))
        if not 0 <= start < end:
            message = f"a hold goes from 0 or later to a later time, not {start:g} to {end:g}"
            raise file.error(message, *place, "hold")
        curve = curve.held(start, end)
    return curve


def _inside(
    file: EditFile, source: SourceLayers, time: Duration, place: tuple[str | int, ...]
) -> float:
    """Return a moment of the clip in frames; refuse one that the clip does not have."""
    moment = time.frames(source.fps)
    last = source.length - 1
    if not 0 <= moment <= last:
        raise file.error(
            f"{time!r} is outside the clip, which has frames 0 to {last} "
            f"({last / source.fps:.2f} s)",
            *place,
        )
    return moment
