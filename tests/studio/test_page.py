"""The studio's page: built from its sources, and its own checks."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES, PAGE = ROOT / "studio", ROOT / "retime/studio/page"


def test_the_page_is_built_from_its_sources() -> None:
    names = ["index.html", "package-lock.json", "vite.config.ts"]
    names += [p.relative_to(SOURCES).as_posix() for p in SOURCES.glob("src/**/*") if p.is_file()]
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(f"{name}\0".encode())
        digest.update((SOURCES / name).read_bytes())
    built_from = (PAGE / "built-from.txt").read_text().strip()
    assert digest.hexdigest() == built_from, "run 'npm ci && npm run build' in studio/"


def test_the_page_asks_for_no_file_that_is_not_there() -> None:
    text = (PAGE / "index.html").read_text()
    for name in ("assets/studio.js", "assets/studio.css"):
        assert f'"./{name}"' in text
        assert (PAGE / name).stat().st_size


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with the packages that they need."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("page") / "studio"
    shutil.copytree(SOURCES, folder, ignore=shutil.ignore_patterns("node_modules"))
    npm(folder, "ci", "--no-audit", "--no-fund")
    return folder


def npm(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["npm", *arguments], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pages_own_checks_pass(modules: Path) -> None:
    npm(modules, "run", "check")
    npm(modules, "test")


def test_another_build_is_the_same(modules: Path) -> None:
    npm(modules, "run", "build")
    built = modules.parent / "retime/studio/page"
    names = sorted(p.relative_to(PAGE).as_posix() for p in PAGE.glob("**/*") if p.is_file())
    assert names == sorted(
        p.relative_to(built).as_posix() for p in built.glob("**/*") if p.is_file()
    )
    assert all((built / name).read_bytes() == (PAGE / name).read_bytes() for name in names)
