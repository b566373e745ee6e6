"""A copy of this checkout that a test may change, and what Snakemake would do there."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "workflow", "config", "profiles", "envs", "clips", "retime")
TINY = "config/test/config.yaml"


@dataclass(frozen=True)
class Project:
    """A checkout at ``root``; its own copy of the package is the one that runs."""

    root: Path

    @classmethod
    def checkout(cls, root: Path) -> "Project":
        """Copy what is needed of this checkout to ``root``."""
        ignored = shutil.ignore_patterns("__pycache__")
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, root / part, ignore=ignored)
            else:
                root.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, root / part)
        return cls(root)

    def copy(self, root: Path) -> "Project":
        """Copy everything, results and Snakemake's notes on them included."""
        shutil.copytree(self.root, root, symlinks=True)  # keeps the files' times
        return Project(root)

    @property
    def environment(self) -> dict[str, str]:
        """Variables with which this Python's packages are found, and the project's own before."""
        binaries = str(Path(sys.executable).parent)
        return os.environ | {
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.root),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project."""
        return subprocess.run(
            arguments,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake with the tests' tiny settings."""
        return self.run("snakemake", "--configfile", TINY, "--cores", "2", *arguments)

    def settle(self) -> None:
        """Take the results there are for those of what is written now, without making them."""
        done = self.snakemake("--touch", "--forceall")
        assert done.returncode == 0, done.stdout + done.stderr

    def made_by(self, *arguments: str) -> set[str]:
        """Return the files that Snakemake would make now, one per job, below ``results/``.

        The summary, which is made anew whenever anything is, is left out.
        """
        done = self.snakemake("--dry-run", "--printshellcmds", *arguments)
        text = done.stdout + done.stderr
        assert done.returncode == 0, text
        made = [
            name.removeprefix("results/")
            for name in re.findall(r"^Shell command: retime .*--out (\S+)", text, re.MULTILINE)
            if name != "results/summary.html"
        ]
        total = re.search(r"^total +(\d+)$", text, re.MULTILINE)
        jobs = int(total[1]) if total else 0
        # These make no result; they stand in two tables.
        targets = len(re.findall(r"^(?:all|demo|summary) +1$", text, re.MULTILINE)) // 2
        assert len(made) == jobs - targets, text
        assert jobs or "Nothing to be done" in text, text
        return set(made)

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file of the project."""
        text = (self.root / path).read_text()
        assert text.count(old) == 1, f"{path} holds {text.count(old)} times: {old}"
        self.write(path, text.replace(old, new))
