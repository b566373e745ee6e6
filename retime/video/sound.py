"""Put a stretch of one video's sound under another video's pictures."""

import heapq
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.audio.stream
import av.container
import av.error

from retime.atomic import partial_path
from retime.errors import InputError
from retime.lacking import naming
from retime.video.probing import start_seconds

# By the file's suffix: the codecs that players take in it as they are, and the one that any other
# sound is encoded to.
COPIED = {
    ".mp4": ("aac", "mp3", "ac3", "eac3", "alac"),
    ".mov": ("aac", "mp3", "ac3", "alac", "pcm_s16le", "pcm_s24le"),
    ".webm": ("opus", "vorbis"),
    ".mkv": ("aac", "mp3", "ac3", "eac3", "alac", "flac", "opus", "vorbis", "pcm_s16le"),
}
ENCODED = {".mp4": "aac", ".mov": "aac", ".webm": "libopus", ".mkv": "flac"}
SAMPLE_FORMAT = {"aac": "fltp", "libopus": "flt", "flac": "s16"}
OPUS_RATE = 48_000
BIT_RATE = 192_000


def mux_sound(video: Path, source: Path, out: Path, start: float, duration: float) -> bool:
    """Write ``video`` with the sound of ``source`` from ``start`` on to ``out``.

    The pictures are copied unchanged. Sound that the file can hold is copied too, to the packet
    (about 20 ms), and stays in step to the sample; other sound is encoded anew, mono or stereo:
    as AAC in MP4 and MOV, Opus in WebM, FLAC in Matroska.

    Args:
        video: a file made by ``VideoWriter``; may be the same path as ``out``.
        source: the file with the sound.
        out: the file to write, of the same suffix; it appears only when whole.
        start: seconds into ``source``, counted as players do.
        duration: seconds of sound at most.

    Returns:
        Whether ``source`` has sound in that stretch. If not, nothing is written.

    Raises:
        InputError: the sound cannot be read.
    """
    with naming(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = partial_path(out)
        try:
            with av.open(str(source)) as heard:
                if not heard.streams.audio:
                    return False
                wrote = _mux(video, heard, partial, start + start_seconds(heard), duration)
            if wrote:
                partial.replace(out)
            return wrote
        except av.error.InvalidDataError as error:
            raise InputError(
                f"{source}: its sound cannot be read ({error.strerror}); repair the file, or set "
                "'sound: drop' in the edit"
            ) from error
        finally:
            partial.unlink(missing_ok=True)


def _mux(
    video: Path,
    heard: av.container.InputContainer,
    out: Path,
    start: float,
    duration: float,
) -> bool:
    sound = heard.streams.audio[0]
    copied = sound.codec_context.name in COPIED[out.suffix]
    # A second early: a decoder needs what comes before to sound right from the first sample on.
    heard.seek(max(int((start - 1) * av.time_base), heard.start_time or 0))
    with av.open(str(video)) as seen, open_for_writing(out) as made:
        pictures = seen.streams.video[0]
        to_pictures = made.add_stream_from_template(pictures)
        if copied:
            to_sound = made.add_stream_from_template(sound)
            packets = _copied(sound, heard, start, duration)
        else:
            to_sound = sound_stream(made, out, sound.rate, layout_of(sound))
            packets = _encoded(sound, heard, to_sound, start, duration)
        shown = (packet for packet in seen.demux(pictures) if packet.dts is not None)
        return merge(made, packets, to_sound, shown, to_pictures)


def extract_sound(source: Path, out: Path, start: float, duration: float) -> bool:
    """Write the sound of ``source`` from ``start`` on as a WAV file, 16 bits, mono or stereo.

    Args:
        source: a file, with or without sound.
        out: the file to write.
        start: seconds into ``source``, counted as players do.
        duration: seconds of sound at most.

    Returns:
        Whether there is sound in that stretch. If not, nothing is left at ``out``.

    Raises:
        InputError: the sound cannot be read.
    """
    try:
        with av.open(str(source)) as heard:
            if not heard.streams.audio:
                return False
            sound, begin = heard.streams.audio[0], start + start_seconds(heard)
            heard.seek(max(int((begin - 1) * av.time_base), heard.start_time or 0))
            with av.open(str(out), "w") as made:
                stream = made.add_stream("pcm_s16le", rate=sound.rate, layout=layout_of(sound))
                wrote = False
                for packet in _encoded(sound, heard, stream, begin, duration):
                    packet.stream = stream
                    made.mux(packet)
                    wrote = True
    except av.error.InvalidDataError as error:
        raise InputError(
            f"{source}: its sound cannot be read ({error.strerror}); repair the file"
        ) from error
    if not wrote:
        out.unlink(missing_ok=True)
    return wrote


def open_for_writing(out: Path) -> av.container.OutputContainer:
    """Open a video file of the kind its suffix says."""
    options = {"movflags": "+faststart"} if out.suffix in (".mp4", ".mov") else None
    return av.open(str(out), "w", options=options)


def sound_stream(
    made: av.container.OutputContainer, out: Path, rate: int, layout: str
) -> av.audio.stream.AudioStream:
    """Add the stream of sound that files like ``out`` have."""
    codec = ENCODED[out.suffix]
    stream = made.add_stream(codec, rate=OPUS_RATE if codec == "libopus" else rate, layout=layout)
    stream.format = SAMPLE_FORMAT[codec]
    if codec != "flac":
        stream.bit_rate = BIT_RATE
    return stream


def merge(
    made: av.container.OutputContainer,
    packets: Iterator[av.Packet],
    to_sound: av.audio.stream.AudioStream,
    shown: Iterator[av.Packet],
    to_pictures: av.video.stream.VideoStream,
) -> bool:
    """Write both streams in the order of their times; return whether there was any sound."""
    wrote = False
    streams = {"audio": to_sound, "video": to_pictures}
    merged = heapq.merge(
        (("audio", packet) for packet in packets),
        (("video", packet) for packet in shown),
        key=lambda item: item[1].dts * item[1].time_base,
    )
    for kind, packet in merged:
        packet.stream = streams[kind]
        made.mux(packet)
        wrote = wrote or kind == "audio"
    return wrote


def _copied(
    sound: av.audio.stream.AudioStream,
    heard: av.container.InputContainer,
    start: float,
    duration: float,
) -> Iterator[av.Packet]:
    tick = sound.time_base
    first = round(start / tick)
    for packet in heard.demux(sound):
        if packet.pts is None or packet.pts < first:
            continue
        if (packet.pts - first) * tick >= duration:
            break
        packet.pts -= first
        packet.dts = packet.pts
        yield packet


def layout_of(sound: av.audio.stream.AudioStream) -> str:
    """Return the layout of sound that is encoded anew; more than two channels are mixed down."""
    return "mono" if sound.layout.nb_channels == 1 else "stereo"


def _encoded(
    sound: av.audio.stream.AudioStream,
    heard: av.container.InputContainer,
    encoder: av.audio.stream.AudioStream,
    start: float,
    duration: float,
) -> Iterator[av.Packet]:
    rate, written = encoder.rate, 0
    resampler = av.AudioResampler(format="fltp", layout=layout_of(sound), rate=rate)
    wanted = round(duration * rate)
    for decoded in heard.decode(sound):
        for frame in resampler.resample(decoded):
            at = round((frame.time - start) * rate)  # place of its first sample in the output
            skip, keep = max(0, written - at), min(frame.samples, wanted - at)
            if at >= wanted:
                yield from encoder.encode(None)
                return
            if keep <= skip:
                continue
            samples = frame.to_ndarray()[:, skip:keep]
            part = av.AudioFrame.from_ndarray(samples, format="fltp", layout=frame.layout.name)
            part.sample_rate, part.time_base = rate, Fraction(1, rate)
            part.pts = at + skip
            written = at + keep
            yield from encoder.encode(part)
    yield from encoder.encode(None)
