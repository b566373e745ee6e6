"""``retime studio CLIP``: make what the page plays where it is missing, serve, open the browser."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from retime.errors import InputError
from retime.studio.clip import Clip
from retime.studio.footage import INDEX, read_footage

GRACE_SECONDS = 2  # for requests that are being answered when the studio is closed


def run_studio(name: str, port: int, browser: bool, snakemake: Sequence[str] = ()) -> None:
    """Serve the studio of a clip on 127.0.0.1 until it is interrupted.

    Args:
        name: of the clip.
        port: to listen on; 0: any that is free.
        browser: open the page in the browser.
        snakemake: further arguments for every run of Snakemake.

    Raises:
        InputError: no such clip, a port that is taken, or packages that are not installed.
    """
    try:
        import uvicorn

        from retime.studio.app import make_app
        from retime.studio.workflow import Workflow
    except ImportError as error:
        raise InputError(
            f"the studio needs '{error.name}'; run: pip install 'retime[studio]'"
        ) from error

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            workflow.closing.set()  # ends streams of events, which uvicorn would wait for
            super().handle_exit(sig, frame)

    clip, token = Clip(name), secrets.token_urlsafe(24)
    workflow = Workflow(clip, snakemake)
    if not Path("Snakefile").is_file():
        raise InputError("there is no Snakefile here; run 'retime studio' beside it")
    listener = _listen(port)
    make_footage(clip, snakemake)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/?token={token}"
    settings = uvicorn.Config(
        make_app(clip, token, workflow),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    print(f"The studio of '{name}': {address}\nCtrl-C closes it.", flush=True)
    if browser and _has_screen():
        # Connections wait in the listener's queue until the server takes them.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    try:
        Server(settings).run(sockets=[listener])
    finally:
        workflow.close()


def make_footage(clip: Clip, snakemake: Sequence[str]) -> None:
    """Let Snakemake make the footage where it is missing, older than the layers, or of another
    version.

    Raises:
        InputError: Snakemake did not make it; what it said is on the terminal.
    """
    index, layers = clip.footage / INDEX, clip.results / "layers.h5"
    if index.is_file() and layers.is_file() and index.stat().st_mtime >= layers.stat().st_mtime:
        with contextlib.suppress(InputError):
            read_footage(clip.footage)
            return
    target = clip.footage.relative_to(clip.root).as_posix()
    print(f"{target} is missing or old; snakemake makes it.", flush=True)
    command = [sys.executable, "-m", "snakemake", "--cores", "all", "--force", target]
    if subprocess.run([*command, *snakemake], cwd=clip.root, check=False).returncode:
        raise InputError(f"{target} could not be made; the reason stands above")


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise InputError(
            f"port {port} cannot be had ({error.strerror}); give another one: --port 0 for any"
        ) from error


def _has_screen() -> bool:
    """Whether a browser would open on a screen, not as text in this terminal."""
    return sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
