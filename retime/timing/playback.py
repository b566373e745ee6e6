"""From what an edit says of one layer's time to its curve, all but alignments."""

from retime.timing.curve import TimeCurve
from retime.timing.edit import EditFile
from retime.timing.layer_edit import Playback
from retime.timing.operations import Hold, Loop, Remap, SpeedChange
from retime.timing.ramps import RampTooLongError, SpeedKey, ramped
from retime.timing.remap import RemapKey, remapped
from retime.timing.times import Duration

Place = tuple[str | int, ...]
MOST_TURNS = 100_000  # of a loop


class Reader:
    """Reads times of an edit in frames of its clip, and refuses those that cannot be.

    Args:
        file: the edit.
        length: frames of the clip.
        fps: frames per second.
    """

    def __init__(self, file: EditFile, length: int, fps: float) -> None:
        self.file, self.length, self.fps = file, length, fps

    @property
    def last(self) -> int:
        """The clip's last frame."""
        return self.length - 1

    def moment(self, time: Duration, *place: str | int) -> float:
        """Return a source time in frames.

        Raises:
            InputError: the clip has no such moment.
        """
        moment = time.frames(self.fps)
        if not 0 <= moment <= self.last:
            raise self.file.error(
                f"{time!r} is outside the clip, which has frames 0 to {self.last} "
                f"({self.last / self.fps:.2f} s)",
                *place,
            )
        return moment

    def span(self, time: Duration | None, *place: str | int) -> float:
        """Return a length of time in frames; 0 for none.

        Raises:
            InputError: it is negative.
        """
        frames = time.frames(self.fps) if time is not None else 0.0
        if frames < 0:
            raise self.file.error(f"{time!r} is less than no time", *place)
        return frames

    def playback(self, said: Playback, place: Place, until: float) -> TimeCurve:
        """Return the curve of everything but an alignment.

        Args:
            said: the operations.
            place: where they stand in the file.
            until: output time up to which the curve is wanted.
        """
        if said.freeze is not None:
            return TimeCurve.frozen(self.moment(said.freeze, *place, "freeze"))
        if said.remap is not None:
            curve = self._remapped(said.remap, (*place, "remap"))
        else:
            curve = self._played(said, place, until)
        return self.shifted(curve, said, place)

    def shifted(self, curve: TimeCurve, said: Playback, place: Place) -> TimeCurve:
        """Apply what works in output time on top of any curve: delay and holds."""
        curve = curve.delayed(said.delay.frames(self.fps))
        free = 0.0
        for index, hold in enumerate(said.hold):
            here = (*place, "hold", index)
            start, end = self._hold(curve, hold, here)
            if start < free:
                message = f"begins at {start:g}, before the hold ahead of it ends at {free:g}"
                raise self.file.error(message, *here)
            curve, free = curve.held(start, end), end
        return curve

    def _hold(self, curve: TimeCurve, hold: Hold, place: Place) -> tuple[float, float]:
        """Return the output times between which a hold stands still."""
        if hold.at is not None:
            moment = self.moment(hold.at, *place, "at")
            start = curve.first_shown(moment)
            if start is None or start < 0:
                raise self.file.error(f"{hold.at!r} is not shown", *place, "at")
        else:
            start = hold.start.frames(self.fps) if hold.start else 0.0
        end = hold.end.frames(self.fps) if hold.end else start
        if hold.duration is not None:
            end = start + self.span(hold.duration, *place, "for")
        if not 0 <= start < end:
            message = f"a hold goes from 0 or later to a later time, not {start:g} to {end:g}"
            raise self.file.error(message, *place)
        return start, end

    def _played(self, said: Playback, place: Place, until: float) -> TimeCurve:
        """Return the curve of start, speed, loop and reverse: what a player can do."""
        last = float(self.last)
        start = self.moment(said.start, *place, "start") if said.start is not None else None
        if start is None:
            start = last if said.reverse else 0.0

        def ahead(moment: float) -> float:
            """Turn a moment round, if it plays backwards: all below plays forwards."""
            return last - moment if said.reverse else moment

        keys = [
            self._speed_key(change, ahead(start), ahead, (*place, "speed", index))
            for index, change in enumerate(said.speed)
        ]
        for index, (key, before) in enumerate(zip(keys[1:], keys, strict=False), start=1):
            if key.at <= before.at:
                message = "must begin later in the layer's course than the change ahead of it"
                raise self.file.error(message, *place, "speed", index)
        try:
            curve = ramped(ahead(start), keys)
        except RampTooLongError as error:
            at, end = ahead(keys[error.number + 1].at), ahead(error.end)
            message = f"comes to its speed only at {end:g}, when the next already begins at {at:g}"
            raise self.file.error(message, *place, "speed", error.number) from error
        if said.loop is not None:
            curve = self._looped(curve, said.loop, ahead, (*place, "loop"), until)
        return curve.mirrored(last) if said.reverse else curve

    def _speed_key(self, change: SpeedChange, start: float, ahead, place: Place) -> SpeedKey:
        at = start if change.at is None else ahead(self.moment(change.at, *place, "at"))
        if at < start:
            raise self.file.error(f"{change.at!r} comes before the layer's start", *place, "at")
        return SpeedKey(at, change.to, self.span(change.over, *place, "over"), change.ease)

    def _looped(self, curve, loop: Loop, ahead, place: Place, until: float) -> TimeCurve:
        start = ahead(self.moment(loop.start, *place, "from"))
        end = ahead(self.moment(loop.end, *place, "to"))
        if start >= end:
            message = "a loop goes from a moment to one that is played later"
            raise self.file.error(message, *place)
        if end - start < 1:
            raise self.file.error("a loop lasts at least a frame", *place)
        if curve.source[0] >= end:
            raise self.file.error("the layer starts after the loop's end", *place)
        reach = max(float(curve.at(until)), end)
        if (reach - end) / (end - start) > MOST_TURNS:
            raise self.file.error(f"would run round more than {MOST_TURNS} times", *place)
        return curve.then(TimeCurve.looping(start, end, loop.times, loop.back, reach))

    def _remapped(self, remap: Remap, place: Place) -> TimeCurve:
        keys: list[RemapKey] = []
        for index, point in enumerate(remap.keys):
            output = point.output.frames(self.fps)
            source = self.moment(point.source, *place, index)
            if keys and output <= keys[-1].output:
                message = f"output time {point.output!r} is not later than that of the key before"
                raise self.file.error(message, *place, index)
            keys.append(RemapKey(output, source, point.curve or remap.curve))
        return remapped(keys)
