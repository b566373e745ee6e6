"""Settings: what overrides what, and what is said of mistakes."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retime import config
from retime.config import ClipConfig, Config, Settings, load, load_clip, resolve, stage_json
from retime.errors import InputError

ROOT = Path(__file__).parent.parent
PRESETS = ROOT / "config" / "presets"


@pytest.fixture
def presets(tmp_path: Path) -> Path:
    folder = tmp_path / "presets"
    folder.mkdir()
    (folder / "standard.yaml").write_text("{}\n")
    (folder / "quick.yaml").write_text("train: {steps: 10, batch: 2}\nrender: {crf: 30}\n")
    return folder


def test_values_come_from_defaults_preset_config_and_clip_in_that_order(presets: Path) -> None:
    project = Config(preset="quick", settings={"train": {"batch": 3, "seed": 7}})
    clip = ClipConfig(settings={"train": {"seed": 8}})
    train = resolve(project, clip, presets).train
    assert (train.steps, train.batch, train.seed) == (10, 3, 8)
    assert train.channels == Settings().train.channels


def test_the_paper_is_as_printed() -> None:
    paper = resolve(Config(preset="paper"), ClipConfig(), PRESETS)
    train, upsample = paper.train, paper.upsample
    # A.1: 448 x 256 doubled, tiles of 16 x 16 with 16 channels, Adam at 1e-3, 2500 epochs, the
    # easier half for 1000, brightness for 400; A.2: 64 channels.
    assert (paper.frames.working_height, paper.frames.layer_scale) == (256, 2)
    assert (train.tile, train.texture_channels, train.channels) == (16, 16, 64)
    assert (train.epochs, train.curriculum_epochs, train.jitter_epochs) == (2500, 1000, 400)
    assert (train.learning_rate, train.texture_rate) == (1e-3, 1)
    assert (upsample.channels, upsample.epochs, upsample.crop) == (64, 500, 256)
    # Eq. 8: gamma_m 50, 5, 0 at E_mask < 0.02; beta 0.005, gamma 2 until epoch 200.
    assert (train.mask_weight, train.mask_weight_after, train.mask_met) == (50, 5, 0.02)
    assert (train.l0, train.l1, train.l1_epochs) == (0.005, 2 * 0.005, 200)
    # None of what `standard` adds.
    added = {
        "train": [
            *["alpha_bias", "alpha_reach", "colour_bias", "colour_skip", "texture_fill", "warm_up"],
            *["decay", "coarse", "clear_weight", "core_weight", "hidden_weight", "hidden_colour"],
            *["spare_hidden", "cover", "cover_faint", "haze", "input_skip", "settled"],
            "attribute_effects",
        ],
        "upsample": ["boxed", "guided", "tighten", "detail_margin"],
        "seeds": ["spare_others"],
    }
    for stage, names in added.items():
        section = getattr(paper, stage)
        assert {name: getattr(section, name) for name in names} == dict.fromkeys(names, 0)
    # A training setting is either the paper's, or says nothing of it.
    said = set(train.model_fields_set)
    left = set(type(train).model_fields) - said
    others = {"at_once", "seed", "device", "compiled", "processes"}
    assert left == {"steps", "canvas_rate", "bootstrap"} | others


def test_a_clip_may_choose_its_own_preset(presets: Path) -> None:
    assert resolve(Config(), ClipConfig(preset="quick"), presets).render.crf == 30


def test_what_clip_yaml_says_joins_the_stage_that_uses_it(presets: Path) -> None:
    clip = config.validate(
        {
            "frames": {"start": 10, "end": 70},
            "layers": [{"name": "pair", "people": [1, 2]}],
            "ignore": [3],
            "order": [{"frames": [0, 9], "back_to_front": ["pair"]}],
            "camera": {"mode": "pan"},
        },
        ClipConfig,
        "clip.yaml",
    )
    settings = resolve(Config(), clip, presets)
    assert (settings.frames.range.start, settings.frames.range.end) == (10, 70)
    assert settings.seeds.layers[0].people == [1, 2]
    assert settings.seeds.ignore == (3,)
    assert settings.seeds.order[0].frames == (0, 9)
    assert settings.camera.mode == "pan"


def test_a_camera_that_clip_yaml_does_not_name_stays_as_configured(presets: Path) -> None:
    project = Config(settings={"camera": {"mode": "still", "features": 500}})
    clip = config.validate({"camera": {"reference": 4}}, ClipConfig, "clip.yaml")
    camera = resolve(project, clip, presets).camera
    assert (camera.mode, camera.reference, camera.features) == ("still", 4, 500)


def test_no_clip_yaml_says_nothing(tmp_path: Path) -> None:
    assert load_clip(tmp_path / "clip.yaml") == ClipConfig()


def test_an_empty_file_is_an_empty_mapping(tmp_path: Path) -> None:
    (tmp_path / "clip.yaml").write_text("# nothing yet\n")
    assert load_clip(tmp_path / "clip.yaml") == ClipConfig()


@pytest.mark.parametrize("preset", sorted(path.stem for path in PRESETS.glob("*.yaml")))
def test_every_preset_that_ships_is_valid(preset: str) -> None:
    resolve(Config(preset=preset), ClipConfig(), PRESETS)


def test_the_configuration_that_ships_is_valid_and_all_defaults() -> None:
    assert load(ROOT / "config" / "config.yaml", Config) == Config()


def test_one_pattern_needs_no_list() -> None:
    assert Config(videos="folder/*.mp4").videos == ("folder/*.mp4",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layer: []", "unknown key 'layer': did you mean 'layers'? allowed are camera, frames"),
        ("frames: {begin: 1}", "unknown key 'frames.begin': allowed are end, start, step"),
        ("layers: [{name: a, peple: [1]}]", "unknown key 'layers.0.peple': did you mean 'people'?"),
        ("frames: {start: one}", "'frames.start': Input should be a valid integer"),
        ("frames: {start: 5, end: 6}", "frames.end must be at least frames.start + 2"),
        ("camera: {mode: shaky}", "'camera.mode': Input should be 'auto', 'still'"),
        ("layers: [{name: 2b, people: [1]}]", "'layers.0.name': String should match pattern"),
        (
            "layers: [{name: a, people: []}]",
            "'layers.0': a layer shows people, or what a mask",
        ),
        (
            "layers: [{name: a, people: [1]}, {name: a, people: [2]}]",
            "two layers have the same name",
        ),
        (
            "layers: [{name: a, people: [1]}, {name: b, people: [1]}]",
            "a person stands on two layers",
        ),
        ("layers: [{name: a, people: [1]}]\nignore: [1]", "people [1] are both on a layer and"),
        ("- 1", "'the file': Input should be a valid dictionary"),
        ("frames: {start: 1", "not valid YAML: while parsing a flow mapping"),
    ],
)
def test_a_mistake_in_clip_yaml_is_named_with_file_key_and_what_is_allowed(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "clip.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        load_clip(file)
    assert str(error.value).startswith(f"{file}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "clip.yaml"
    file.write_bytes("preset: schön".encode("latin-1"))
    with pytest.raises(InputError, match=r"not UTF-8 text .*; save it as UTF-8"):
        load_clip(file)


def test_a_wrong_value_in_clip_settings_is_named(presets: Path) -> None:
    clip = ClipConfig(settings={"train": {"step": 5}})
    with pytest.raises(InputError, match=r"clip 'a': unknown key 'train\.step'.*mean 'steps'"):
        resolve(Config(), clip, presets, "clip 'a'")


def test_a_mistake_in_a_preset_names_the_presets_file(presets: Path) -> None:
    (presets / "bad.yaml").write_text("trian: {}\n")
    with pytest.raises(InputError, match=r"bad\.yaml: unknown key 'trian': did you mean 'train'"):
        resolve(Config(preset="bad"), ClipConfig(), presets)


def test_a_preset_that_does_not_exist_is_answered_with_those_that_do(presets: Path) -> None:
    with pytest.raises(InputError, match=r"preset 'best' does not exist: .* holds quick, standard"):
        resolve(Config(preset="best"), ClipConfig(), presets)


@given(st.integers(1, 10**6), st.floats(1e-6, 1, allow_nan=False), st.integers(0, 2**31))
def test_settings_survive_the_way_to_a_stage(steps: int, rate: float, seed: int) -> None:
    train = config.TrainSettings(steps=steps, learning_rate=rate, seed=seed)
    text = stage_json(Settings(train=train), "train")
    assert config.validate(json.loads(text), config.TrainSettings, "") == train


def test_the_same_settings_are_the_same_text_whatever_their_order() -> None:
    one = Settings(train={"steps": 5, "seed": 1})
    other = Settings(train={"seed": 1, "steps": 5})
    assert stage_json(one, "train") == stage_json(other, "train")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layers: [{name: a}]", "a layer shows people, or what a mask says"),
        ("layers: [{name: a, people: [1], object: 2}]", "'object' says which object of a mask"),
        ("people: false", "so 'layers' must name objects by masks"),
        ("{people: false, layers: [{name: a, people: [2]}]}", r"but layers show people \[2\]"),
    ],
)
def test_layers_that_show_nothing(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "clip.yaml").write_text(text)
    with pytest.raises(InputError, match=message):
        load_clip(tmp_path / "clip.yaml")


def test_layers_of_objects_and_of_both(tmp_path: Path) -> None:
    (tmp_path / "clip.yaml").write_text(
        "layers: [{name: ball, mask: masks/ball}, {name: ann, people: [1], mask: ann.mp4}]"
    )
    ball, ann = load_clip(tmp_path / "clip.yaml").layers
    assert (ball.people, ball.mask) == ([], "masks/ball")
    assert (ann.people, ann.mask) == ([1], "ann.mp4")


def test_random_textures_that_do_not_spread_are_refused(tmp_path: Path) -> None:
    settings = {"train": {"texture_start": "random"}}
    with pytest.raises(InputError, match="needs a texture_spread above 0"):
        config.validate(settings, config.Settings, "")
    settings["train"]["texture_spread"] = 1
    assert config.validate(settings, config.Settings, "").train.texture_spread == 1
