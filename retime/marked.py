"""Parts of Markdown pages that commands write: what stands between two marks of a page."""

from pathlib import Path

from retime.atomic import write_text
from retime.errors import InputError


def write_between(page: Path, begin: str, end: str, text: str) -> None:
    """Put ``text`` between the lines ``begin`` and ``end`` of a page, which stay.

    Raises:
        InputError: there is no such page, or it does not have each mark once.
    """
    try:
        before, rest = page.read_text(encoding="utf-8").split(begin)
        _, after = rest.split(end)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{page}: the figures go between the lines '{begin}' and '{end}', once each ({error})"
        ) from error
    write_text(page, f"{before}{begin}\n{text.strip()}\n{end}{after}")
