"""Finding clips and edits, and the names that cannot be used."""

import re
from pathlib import Path

import pytest

from retime.clips import (
    CLIP_NAME,
    DEMO_VIDEO,
    find_edits,
    find_given,
    find_masks,
    find_videos,
)
from retime.config import LayerChoice
from retime.errors import InputError


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "videos").mkdir()
    return tmp_path


def put(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_takes_videos_and_folders_and_passes_over_the_rest() -> None:
    put("videos/jump.MP4", "videos/run.v2.mov", "videos/notes.txt", "videos/.hidden.mp4")
    put("videos/frames/0001.png", "videos/demo.truth.h5")
    assert find_videos(["videos/*"]) == {
        "frames": Path("videos/frames"),
        "jump": Path("videos/jump.MP4"),
        "run.v2": Path("videos/run.v2.mov"),
    }


def test_leaves_the_demo_out() -> None:
    put("videos/jump.mp4", str(DEMO_VIDEO))
    assert list(find_videos(["videos/*", str(DEMO_VIDEO)])) == ["jump"]


def test_a_path_written_out_is_taken_whatever_it_is_called() -> None:
    put("elsewhere/take.raw")
    assert find_videos(["elsewhere/take.raw"]) == {"take": Path("elsewhere/take.raw")}


def test_a_video_found_twice_is_one_clip() -> None:
    put("videos/jump.mp4")
    assert list(find_videos(["videos/*", "videos/jump.mp4"])) == ["jump"]


def test_says_that_a_path_does_not_exist() -> None:
    with pytest.raises(InputError, match=r"videos/none\.mp4: no such video"):
        find_videos(["videos/none.mp4"])


@pytest.mark.parametrize(
    ("file", "clip"),
    [
        ("two words.mp4", "two_words"),
        ("-dash.mp4", "dash"),
        ("a  (1) + b.mp4", "a_1_b"),
        ("höhle.v2.mov", "höhle.v2"),
        ("$(rm -rf x);`y`.mp4", "rm_-rf_x_y"),
    ],
)
def test_puts_a_line_for_what_no_shell_should_see(file: str, clip: str) -> None:
    put(f"elsewhere/{file}")
    assert find_videos(["elsewhere/*"]) == {clip: Path(f"elsewhere/{file}")}
    assert re.fullmatch(CLIP_NAME, clip)


@pytest.mark.parametrize("name", ["+.mp4", "...mp4"])
def test_refuses_a_name_of_which_nothing_is_left(name: str) -> None:
    put(f"elsewhere/{name}")
    with pytest.raises(InputError, match="give the file a name with a letter or digit"):
        find_videos([f"elsewhere/{name}"])


def test_tells_videos_of_one_name_apart_by_suffix() -> None:
    put("videos/jump.mp4", "videos/jump.mov", "videos/run.mp4")
    assert find_videos(["videos/*"]) == {
        "jump-mov": Path("videos/jump.mov"),
        "jump-mp4": Path("videos/jump.mp4"),
        "run": Path("videos/run.mp4"),
    }


def test_tells_videos_of_one_name_apart_by_folder() -> None:
    put("day one/jump.mp4", "day two/jump.mp4", "day two/jump.mov")
    assert find_videos(["day */jump.mp4"]) == {
        "day_one-jump": Path("day one/jump.mp4"),
        "day_two-jump": Path("day two/jump.mp4"),
    }
    assert set(find_videos(["day */*"])) == {
        "day_one-jump-mp4",
        "day_two-jump-mov",
        "day_two-jump-mp4",
    }


def test_no_name_that_is_made_takes_the_place_of_another() -> None:
    put("a/jump.mp4", "a/jump.mov", "b/jump-mov.mp4")
    assert find_videos(["?/*"])["jump-mov"] == Path("b/jump-mov.mp4")


def test_refuses_two_videos_that_nothing_tells_apart() -> None:
    put("videos/two words.mp4", "videos/two_words.mp4")
    with pytest.raises(InputError, match="would all be the clip 'two_words'; rename all but one"):
        find_videos(["videos/*"])


def test_says_when_corrections_could_be_for_either_of_two_videos() -> None:
    put("videos/jump.mp4", "videos/jump.mov", "clips/jump/clip.yaml")
    with pytest.raises(InputError, match="rename clips/jump to the one that it was written for"):
        find_videos(["videos/*"])


def test_finds_edits_by_stem() -> None:
    put("clips/jump/edits/b.yaml", "clips/jump/edits/a.yaml", "clips/jump/edits/.c.yaml")
    put("clips/jump/edits/notes.txt")
    assert find_edits("jump") == ["a", "b"]
    assert find_edits("nobody") == []


def test_refuses_an_edits_name_with_a_dot() -> None:
    put("clips/jump/edits/a.b.yaml")
    with pytest.raises(InputError, match=r"a\.b\.yaml: 'a\.b' cannot be the name of an edit"):
        find_edits("jump")


def test_an_edit_in_yml_is_named_instead_of_passed_over() -> None:
    put("clips/jump/edits/a.yml")
    with pytest.raises(InputError, match=r"a\.yml: edits end in '\.yaml'; rename the file"):
        find_edits("jump")


def test_what_was_given_goes_by_its_name() -> None:
    put("clips/jump/import/tracks.json", "clips/jump/import/uv/1/0.png", "clips/jump/import/.x")
    put("clips/jump/import/homographies.txt")
    folder = Path("clips/jump/import")
    assert find_given("jump") == {
        "camera": folder / "homographies.txt",
        "tracks": folder / "tracks.json",
        "uv": folder / "uv",
    }
    assert find_given("other") == {}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["track.json"],
            r"import/track\.json: nothing of this name is read; known are poses\.json",
        ),
        (["tracks.json", "tracks.xml"], r"tracks\.xml and .*tracks\.json both stand in for tracks"),
    ],
)
def test_given_files_that_cannot_be_meant(names: list[str], message: str) -> None:
    put(*(f"clips/jump/import/{name}" for name in names))
    with pytest.raises(InputError, match=message):
        find_given("jump")


def test_no_people_are_given_where_there_are_none() -> None:
    put("clips/jump/import/homographies.txt")
    assert list(find_given("jump", people=False)) == ["camera"]
    put("clips/jump/import/tracks.json")
    with pytest.raises(InputError, match=r"tracks\.json: is of people, but clip\.yaml says"):
        find_given("jump", people=False)


def test_masks_lie_where_the_layers_say() -> None:
    put("clips/jump/masks/ball/0.png")
    layers = [
        LayerChoice(name="ann", people=[1]),
        LayerChoice(name="ball", mask="masks/ball", object=2),
    ]
    assert find_masks("jump", layers) == {"ball": (Path("clips/jump/masks/ball"), 2)}
    with pytest.raises(InputError, match=r"clip\.yaml: layer 'cat': no mask at clips/jump/masks/c"):
        find_masks("jump", [LayerChoice(name="cat", mask="masks/cat")])
