"""Digests of code and files: what must change them, and what must not."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from retime import provenance

STAGE = '''
"""A stage."""
import json
from retime.shapes import area
from retime import colours

FACTOR = 2

def run(size: int) -> float:
    """Do it."""
    # a comment
    return FACTOR * area(size) + colours.hue(size)

def other():
    return 1
'''
SHAPES = """
SIDES = 4

def area(size):
    return size**2

def perimeter(size):
    return SIDES * size
"""
COLOURS = """
from retime.tables import TABLE

def hue(size):
    return TABLE[size]

def value(size):
    return 0
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    root = tmp_path / "retime"
    (root / "assets").mkdir(parents=True)
    for name, text in {
        "__init__": "",
        "stage": STAGE,
        "shapes": SHAPES,
        "colours": COLOURS,
        "tables": "TABLE = [1, 2]\nUNUSED = 3\n",
    }.items():
        (root / f"{name}.py").write_text(text)
    monkeypatch.setattr(provenance, "PACKAGE", root)
    yield root
    forget()


def forget() -> None:
    """A process reads each module once; make it read them anew."""
    for cached in (
        provenance._module,
        provenance._entry,
        provenance._definition,
        provenance.reached,
    ):
        cached.cache_clear()
    provenance.code_digest.cache_clear()


def digest(function: str = "run", module: str = "retime.stage") -> str:
    forget()
    return provenance.code_digest(function, module)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_reaches_what_is_named_on_the_way_and_nothing_else(package: Path) -> None:
    forget()
    found = provenance.reached("run", "retime.stage")
    assert {name for name in found if name[1] != provenance.EFFECTS} == {
        ("retime.stage", "FACTOR"),
        ("retime.shapes", "area"),
        ("retime.colours", "hue"),
        ("retime.tables", "TABLE"),
    }


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("stage.py", "return FACTOR *", "return FACTOR +"),
        ("stage.py", "FACTOR = 2", "FACTOR = 3"),
        ("shapes.py", "size**2", "size**3"),
        ("colours.py", "TABLE[size]", "TABLE[0]"),
        ("tables.py", "[1, 2]", "[1, 3]"),
        ("stage.py", "from retime.shapes import area", "from retime.colours import hue as area"),
    ],
)
def test_changes_with_the_code_it_reaches(package: Path, file: str, old: str, new: str) -> None:
    before = digest()
    edit(package / file, old, new)
    assert digest() != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("stage.py", "# a comment", "# another comment"),
        ("stage.py", '"""Do it."""', '"""Do it well."""'),
        ("stage.py", '"""A stage."""', ""),
        ("stage.py", "(size: int) -> float", "(size)"),
        ("stage.py", "import json", "import json, os"),
        ("stage.py", "return 1", "return 2"),
        ("stage.py", "import area", "import area, perimeter"),
        ("stage.py", "return FACTOR * area(size)", "return FACTOR *  (area(size))"),
        ("shapes.py", "SIDES = 4", "SIDES = 5"),
        ("colours.py", "return 0", "return 1"),
        ("tables.py", "UNUSED = 3", "UNUSED = 4"),
    ],
)
def test_stays_where_what_is_done_stays(package: Path, file: str, old: str, new: str) -> None:
    before = digest()
    edit(package / file, old, new)
    assert digest() == before


def test_changes_with_a_statement_that_runs_on_import(package: Path) -> None:
    before = digest()
    (package / "shapes.py").write_text(SHAPES + "\nprint(SIDES)\n")
    assert digest() != before


def test_changes_with_a_function_that_an_own_decorator_registers(package: Path) -> None:
    (package / "tables.py").write_text(
        "TABLE = {}\ndef entry(f):\n    TABLE[f.__name__] = f\n@entry\ndef one():\n    return 1\n"
    )
    before = digest()
    edit(package / "tables.py", "return 1", "return 2")
    assert digest() != before


def test_follows_imports_inside_functions_and_through_packages(package: Path) -> None:
    edit(package / "stage.py", "return 1", "from retime import area\n    return area(1)")
    (package / "__init__.py").write_text("from retime.shapes import area\n")
    before = digest("other")
    edit(package / "shapes.py", "size**2", "size**3")
    assert digest("other") != before


def test_a_local_name_is_not_taken_for_the_modules(package: Path) -> None:
    edit(package / "stage.py", "def other():\n    return 1", "def other(run):\n    return run")
    before = digest("other")
    edit(package / "stage.py", "FACTOR = 2", "FACTOR = 3")
    assert digest("other") == before


def test_a_module_handed_on_counts_whole(package: Path) -> None:
    edit(package / "stage.py", "return 1", "return vars(colours)")
    before = digest("other")
    edit(package / "colours.py", "return 0", "return 1")
    assert digest("other") != before


def test_changes_with_a_file_in_assets(package: Path) -> None:
    (package / "assets" / "weights.bin").write_bytes(b"one")
    before = digest()
    (package / "assets" / "weights.bin").write_bytes(b"two")
    assert digest() != before


def test_says_which_function_there_is_not(package: Path) -> None:
    with pytest.raises(LookupError, match=r"retime\.stage defines no function 'walk'"):
        digest("walk")


def test_the_tracker_does_not_reach_into_the_detector() -> None:
    tracks = {module for module, _ in provenance.reached("tracks")}
    poses = {module for module, _ in provenance.reached("poses")}
    assert "retime.people.tracking" in tracks - poses
    assert "retime.people.detection" in poses - tracks


def test_files_are_known_by_name_and_contents_not_by_time(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("{}")
    before = provenance.files_digest([file])
    os.utime(file, (1, 1))
    assert provenance.files_digest([file]) == before
    file.write_text("[]")
    os.utime(file, (1, 1))
    assert provenance.files_digest([file]) != before
    assert provenance.files_digest([file.rename(tmp_path / "b.json")]) != before
    assert provenance.files_digest([]) == ""


@pytest.mark.parametrize("size", [0, 1, 70_000, 5_000_000])
def test_a_video_is_known_by_its_contents(tmp_path: Path, size: int) -> None:
    video = tmp_path / "a.mp4"
    video.write_bytes(b"\1" * size)
    before = provenance.video_digest(video)
    os.utime(video, (1, 1))
    assert provenance.video_digest(video) == before
    video.write_bytes(b"\1" * (size + 1))
    longer = provenance.video_digest(video)
    video.write_bytes(b"\1" * size + b"\2")
    assert len({before, longer, provenance.video_digest(video)}) == 3


def test_a_short_video_is_read_to_the_last_byte(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    contents = bytearray(200_000)
    seen = set()
    for place in (0, 65_535, 65_536, 131_072, 199_999):
        contents[place] += 1
        video.write_bytes(contents)
        seen.add(provenance.video_digest(video))
    assert len(seen) == 5


def test_a_folder_of_frames_is_known_by_each_of_them(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"{number:03}.png").write_bytes(bytes([number]))
    before = provenance.video_digest(tmp_path)
    (tmp_path / "050.png").write_bytes(b"\xff")
    assert provenance.video_digest(tmp_path) != before
