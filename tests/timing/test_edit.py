import textwrap

import pytest

import retime.timing.edit
from retime.errors import InputError
from retime.timing.edit import load_edit
from retime.timing.operations import OpacityKey, SpeedChange
from retime.timing.times import Duration


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "edit.yaml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write


def test_the_documented_example_is_read(written):
    example = retime.timing.edit.__doc__.split("::\n")[1].split("Layers go by name")[0]
    edit = load_edit(written(example)).edit
    assert edit.layers["walker"].remove
    assert edit.layers["ann"].align.to == "ben"
    assert edit.layers["ann"].align.points == [
        [Duration(12), Duration(30)],
        [Duration(24), Duration(41)],
    ]
    assert edit.layers["ben"].freeze == Duration(31)
    assert edit.layers["cat"].speed == [SpeedChange(to=0.5)]
    assert edit.layers["cat"].delay == Duration(1.5, True)
    assert edit.layers["dog"].reverse
    assert edit.layers["dog"].opacity == [OpacityKey(at=0, to=0.5)]
    (hold,) = edit.layers["eve"].hold
    assert (hold.start, hold.end) == (Duration(20), Duration(35))
    (copy,) = edit.layers["fay"].duplicate
    assert (copy.freeze, copy.move, copy.depth) == (Duration(40), [120.0, 0.0], "front")
    assert edit.length == Duration(90)


def test_an_empty_file_changes_nothing(written):
    file = load_edit(written("# nothing yet\n"))
    assert file.edit.layers == {}
    assert file.edit.sound is None


def test_times_are_frames_or_seconds():
    assert Duration(31).frames(25) == 31
    assert Duration(1.5, in_seconds=True).frames(30000 / 1001) == pytest.approx(44.955045)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("layers:\n  ann:\n    freez: 3\n", 3, "unknown key 'layers.ann.freez': did you mean"),
        ("lenght: 3\n", 1, "unknown key 'lenght': did you mean 'length'"),
        ("layers:\n  ann: gone\n", 2, "'layers.ann': say 'remove', or give some of freeze"),
        ("layers:\n  ann:\n", 2, "'layers.ann': say 'remove'"),
        ("layers:\n  ann: {freeze: soon}\n", 2, "a time is a number of frames, such as 31, or"),
        ("layers:\n  ann: {freeze: true}\n", 2, "a time is a number of frames"),
        ("layers:\n  ann: {freeze: .inf}\n", 2, "a time is a number of frames"),
        ("layers:\n  ann: {opacity: '0.5'}\n", 2, "'layers.ann.opacity': Input should be a valid"),
        ("layers:\n  ann: {opacity: 1.5}\n", 2, "less than or equal to 1"),
        ("layers:\n  ann: {speed: 0}\n", 2, "greater than 0"),
        ("layers:\n  ann: {move: [1]}\n", 2, "at least 2 items"),
        (
            "layers:\n  ann:\n    hold: {start: 1, to: 2}\n",
            3,
            "unknown key 'layers.ann.hold.start'",
        ),
        ("layers:\n  ann:\n    align:\n      to: ben\n      points: []\n", 5, "at least 1 item"),
        ("sound: loud\n", 1, "say 'keep', 'drop', or {with: LAYER}"),
        ("layers:\n  ann: remove\n  ann: {freeze: 1}\n", 3, "'ann' was already given in line 2"),
        ("- ann\n", 1, "'the file': Input should be a valid dictionary"),
    ],
)
def test_mistakes_are_named_with_their_line(written, text, line, message):
    path = written(text)
    with pytest.raises(InputError) as error:
        load_edit(path)
    assert str(error.value).startswith(f"{path}, line {line}: ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{remove: true, freeze: 3}", "'remove' does not go together with 'freeze'"),
        ("{freeze: 3, speed: 2, delay: 1}", "'freeze' does not go together with 'speed' and 'del"),
        ("{align: {to: b, points: [[1, 2]]}, reverse: true}", "'align' does not go together with"),
        ("{duplicate: [{freeze: 1, hold: {from: 1, to: 2}}]}", "'freeze' does not go together"),
    ],
)
def test_contradictions_are_refused(written, text, message):
    with pytest.raises(InputError, match="line 2: ") as error:
        load_edit(written(f"layers:\n  ann: {text}\n"))
    assert message in str(error.value)


def test_several_mistakes_name_all_lines(written):
    with pytest.raises(InputError, match=r"lines 2, 4: .*layers\.a\.speed.*layers\.b\.opacity"):
        load_edit(written("layers:\n  a: {speed: -1}\n  b:\n    opacity: 3\n"))


def test_not_yaml_names_the_file(written):
    path = written("layers: {ann: remove\n")
    with pytest.raises(InputError, match="not valid YAML") as error:
        load_edit(path)
    assert str(path) in str(error.value)
    with pytest.raises(InputError, match="no such file"):
        load_edit(path.with_name("other.yaml"))


def test_a_sound_that_is_not_there_is_named(written):
    text = """
        layers:
          ann: {align: {to: beats, sound: drums.wav}}
    """
    path = written(text)
    with pytest.raises(InputError, match=r"line 3: 'layers.ann.align.sound': no such file"):
        load_edit(path)
    (path.parent / "drums.wav").touch()
    assert list(load_edit(path).sounds()) == [path.parent / "drums.wav"]
