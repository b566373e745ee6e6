"""A real SLURM on this machine, and a project with a folder of clips to run through it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("slurm.sh")
NEEDED = ("slurmctld", "slurmd", "sbatch", "munged")


@dataclass(frozen=True)
class Slurm:
    """A SLURM that runs; its files lie in ``folder``."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to reach it."""
        return {
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }

    def command(self, *arguments: str) -> str:
        """Run one of SLURM's commands and return what it says."""
        return subprocess.run(
            arguments,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout

    def jobs(self) -> dict[int, tuple[str, str, str]]:
        """Return state, node and comment (rule and clip) of the jobs that have not ended."""
        lines = self.command("squeue", "--noheader", "--format=%A|%T|%N|%k").splitlines()
        return {int(number): tuple(rest) for number, *rest in (line.split("|") for line in lines)}


@pytest.fixture(scope="session")
def slurm() -> Iterator[Slurm]:
    """Three nodes on this host, one of them with a GPU (of sorts: nothing computes on it)."""
    search = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])
    missing = [name for name in NEEDED if shutil.which(name, path=search) is None]
    if missing:
        pytest.skip(
            f"no SLURM here ({', '.join(missing)} missing); on Debian and Ubuntu, as root: "
            "tests/cluster/slurm.sh install"
        )
    environment = os.environ | {"PATH": search}

    def script(command: str, folder: str) -> None:
        subprocess.run([SCRIPT, command, folder], env=environment, check=True, timeout=120)

    # munge wants to be reached through folders that all may enter, which pytest's own are not.
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder:
        script("up", folder)
        try:
            yield Slurm(Path(folder))
        finally:
            script("down", folder)
