"""The picture of an edit's timing: motions before and after it, and its time maps (Fig. 5)."""

from pathlib import Path

import numpy as np

from retime.artifacts import Seeds, TimeMap, Tracks
from retime.atomic import replacing
from retime.timing.stage import read_source


def preview_timing(tracks: Path, seeds: Path, timemap: Path, out: Path) -> None:
    """Plot an edit's timing to a PNG file.

    At the top the motion of each layer (normalised height of the centre of mass) in the source,
    below it in the edit, and at the bottom the source time of each instance by output time.

    Raises:
        InputError: artifacts that cannot be read.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with Tracks.open(tracks) as tracked, Seeds.open(seeds) as seeded, TimeMap.open(timemap) as made:
        source = read_source(tracked, seeded)
        assert source.motion is not None
        signals = [source.motion(n, "centre_y") for n in range(1, len(source.names) + 1)]
        names, layer = made.names, made.layer[:]
        times, opacity = made.source_time[:], made.opacity[:]
        background = made.background_time[:]
    fps = source.fps
    figure = Figure(figsize=(10, 8.5), layout="constrained")
    FigureCanvasAgg(figure)
    before, after, warps = figure.subplots(3, 1, height_ratios=[1, 1, 1.5])
    colours = [f"C{n % 10}" for n in range(len(source.names))]
    seconds = np.arange(source.length) / fps
    for name, signal, colour in zip(source.names, signals, colours, strict=True):
        before.plot(seconds, signal, color=colour, label=name)
    before.set(title="Height of the centre of mass, source", xlabel="source time, s")
    output = np.arange(times.shape[1]) / fps
    seen = np.where(opacity > 0, times, np.nan)
    styles = ("-", "--", ":", "-.")
    count: dict[int, int] = {}
    for m, number in enumerate(layer.tolist()):
        copy = count.get(number, 0)
        count[number] = copy + 1
        signal = np.interp(seen[m], np.arange(source.length), signals[number - 1])
        look = {"color": colours[number - 1], "linestyle": styles[min(copy, 3)]}
        after.plot(output, signal, label=names[m], **look)
        warps.plot(output, seen[m] / fps, label=names[m], **look)
    after.set(title="The same in the edit", xlabel="output time, s")
    warps.plot(output, background / fps, color="0.7", linewidth=1, label="background", zorder=1)
    warps.set(title="Time maps", xlabel="output time, s", ylabel="source time, s")
    for axes in (before, after, warps):
        axes.grid(alpha=0.3)
        axes.margins(x=0)
        if axes.lines:
            axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small")
    with replacing(out) as partial:
        figure.savefig(partial, format="png", dpi=110, metadata={"Software": None})
