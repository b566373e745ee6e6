"""Who is let in: the page, from this machine, with the token."""

import re

import pytest
from fastapi.testclient import TestClient

from .conftest import TOKEN, Studio


def paths(studio: Studio) -> list[tuple[str, str]]:
    """Every method and path that the server knows."""
    return [
        (method, re.sub(r"\{\w+\}", "1", path))
        for path, methods in studio.app.openapi()["paths"].items()
        for method in methods
    ]


def test_nothing_is_told_without_the_token(studio: Studio) -> None:
    with TestClient(studio.app, base_url="http://127.0.0.1:1") as stranger:
        for method, path in paths(studio):
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
                answer = stranger.request(method, path, headers=headers)
                assert answer.status_code == 401, path
                assert "address that 'retime studio' printed" in answer.json()["message"]
        # In the address it opens the page, and nothing else: addresses end up in logs.
        assert stranger.get("/", params={"token": TOKEN}).status_code in (200, 503)
        assert stranger.get("/", params={"token": "wrong"}).status_code == 401
        assert stranger.get("/").status_code == 401
        assert stranger.get("/api/clip", params={"token": TOKEN}).status_code == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8765", 200),
        ("localhost:9000", 200),  # the other end of a forwarded port
        ("[::1]:8765", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example:8765", 403),
        ("localhost.evil.example", 403),
        ("", 403),
    ],
)
def test_only_names_of_this_machine(studio: Studio, host: str, status: int) -> None:
    assert studio.page.get("/api/clip", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8765", 200),
        ("http://127.0.0.1:1234", 403),  # another program of this machine
        ("https://127.0.0.1:8765", 403),
        ("http://evil.example", 403),
        ("null", 403),
    ],
)
def test_only_the_page_itself(studio: Studio, origin: str, status: int) -> None:
    assert studio.page.get("/api/clip", headers={"origin": origin}).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/media/../../clips/demo/edits/freeze.yaml",
        "/media/..%2f..%2fclips%2fdemo%2fedits%2ffreeze.yaml",
        "/media/%2e%2e%2fframes.h5",
        "/media/footage.json%00.mp4",
        "/media/edits/..%2ffreeze",
        "/media/edits/%2e%2e",
        "/api/edits/..%2f..%2fclip",
        "/api/edits/%2e%2e%2fclip",
        "/api/edits/a.b",
        "/api/trimaps/..%2fedits",
        "/assets/..%2findex.html",
        "/assets/..%2f..%2fapp.py",
    ],
)
def test_no_path_leads_out(studio: Studio, path: str) -> None:
    answer = studio.page.get(path)
    assert answer.status_code == 404
    assert set(answer.json()) == {"message", "place", "line"}


def test_no_link_leads_out(studio: Studio, tmp_path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("layers: {}\n")
    studio.edit("link").symlink_to(secret)
    answer = studio.page.get("/api/edits/link")
    assert answer.status_code == 404
    change = {"text": "layers: {ann: remove}\n", "base_digest": "0" * 16}
    assert studio.page.put("/api/edits/link", json=change).status_code == 404
    assert secret.read_text() == "layers: {}\n"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"edit": {}}', "text/plain", 422),
        (b"null", "application/json", 422),
        (b'{"edit": []}', "application/json", 422),
        (b'{"edit": {}, "more": 1}', "application/json", 422),
        (b'{"edit": {"length": NaN}}', "application/json", 422),
        (b'{"edit": {"length": 1e999}}', "application/json", 422),
        (b'{"edit": {"length": 900000}}', "application/json", 422),
        (b'{"edit": {"layers": {"\\ud800": "remove"}}}', "application/json", 422),
        (b'{"edit": ' + b'{"a":' * 50 + b"1" + b"}" * 51, "application/json", 422),
    ],
)
def test_a_malformed_body_gets_one_message(
    studio: Studio, body: bytes, kind: str, status: int
) -> None:
    answer = studio.page.post("/api/timemap", content=body, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"message", "place", "line"}
    assert "\n" not in answer.json()["message"]


def test_a_body_that_is_too_long(studio: Studio) -> None:
    answer = studio.page.put("/api/trimaps/ann", content=b" " * 41_000_000)
    assert answer.status_code == 413


def test_what_a_browser_is_told(studio: Studio) -> None:
    headers = studio.page.get("/api/clip").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers
    assert "set-cookie" not in studio.page.get("/").headers
