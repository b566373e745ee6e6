"""Files changed as accidents and ill will change them."""

import random

# Where readers of numbers and of sizes go wrong.
NUMBERS = (b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80")
TOKENS = (
    b"../../../escaped", b"/escaped", b"\x00", b"null", b"NaN", b"-1", b"1e999", b"99999999999999",
    b"true", b"''", b"[]", b"{}", b"[" * 3000, b"{a: " * 300, b"&a [*a, *a]", b"<<: *a",
    b"!!python/object/apply:os.mkdir [escaped]", b"!!python/name:os.system", b"!!binary x",
    b"&a [1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"
    b"d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n",
    b"1" * 5000, b"\xc3\x28", b"\xf0\x9f\x92\xa5", b"\r\n\t",
)  # fmt: skip


def mutated(data: bytes, chance: random.Random, text: bool) -> bytes:
    """Return ``data`` changed in one to three ways; ``text`` puts words in rather than bytes."""
    for _ in range(chance.randint(1, 3)):
        data = _once(data, chance, text)
    return data


def _once(data: bytes, chance: random.Random, text: bool) -> bytes:
    start = chance.randrange(len(data) + 1)
    end = min(len(data), start + chance.choice((1, 4, 16, len(data) // 4 + 1)))
    before, part, after = data[:start], data[start:end], data[end:]
    kind = chance.randrange(6)
    if kind == 0:  # cut short
        return before
    if kind == 1:  # a part twice, or many times
        return before + part * chance.choice((2, 2, 50)) + after
    if kind == 2:  # a part elsewhere
        place = chance.randrange(len(before) + 1)
        return before[:place] + part + before[place:] + after
    if kind == 3:  # a part gone, or nothing in it
        return before + (b"" if text else bytes(len(part))) + after
    if kind == 4:
        word = chance.choice(TOKENS if text else NUMBERS)
        return before + word + (after if chance.random() < 0.5 else part + after)
    flipped = bytearray(part)  # single bits
    for place in range(0, len(flipped), 7):
        flipped[place] ^= 1 << chance.randrange(8)
    return before + bytes(flipped) + after
