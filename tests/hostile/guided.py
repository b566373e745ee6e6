"""A reader under atheris, which finds inputs by what they make the code do: for hours, at a desk.

    pip install 'retime[fuzz]'
    python -m tests.hostile.guided edit.yaml -max_total_time=3600

Readers are those of `readers.py`; after the name come libFuzzer's options. An input that makes the
reader fail is written to the working directory, and `... guided edit.yaml FILE` reads it again.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["retime", "yaml"]):
    from .readers import READERS, outcome


def main() -> None:
    """Let atheris call one reader."""
    if len(sys.argv) < 2 or sys.argv[1] not in READERS:
        raise SystemExit(f"name one of {', '.join(READERS)}")
    reader = READERS[sys.argv.pop(1)]
    with tempfile.TemporaryDirectory() as folder:
        file, seeds = Path(folder) / reader.name, Path(folder) / "seeds"
        seeds.mkdir()
        (Path(folder) / "out").mkdir()
        reader.write(seeds / reader.name)

        def once(data: bytes) -> None:
            file.write_bytes(data)
            found = outcome(reader, file)
            if found not in ("read", "refused", "lacking"):
                raise RuntimeError(found)

        atheris.Setup([*sys.argv, str(seeds)], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
