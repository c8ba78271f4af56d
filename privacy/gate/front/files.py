"""The app's files, from the package, with the policy that lets only them act in the browser.

Looked up in a table of exact paths made at start: no path of a request ever touches the file system.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from privacy import data
from privacy.app_policy import PERMISSIONS, policy
from privacy.gate.front.exchange import Answer, Request, problem

PAGE_HEADERS = (
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", PERMISSIONS),
)
TYPES = {  # what the app consists of; other files are not served
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_HASHED = re.compile(
    r"^/assets/.+[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$"
)  # Vite puts the content's hash in the name
_YEAR_S = 31_536_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    content_type: str
    caching: str


class AppFiles:
    """Answers GET and HEAD for the built app. An app that is not built is said to be so.

    relays: hosts that the app may speak with beside the gate, at this moment.
    """

    def __init__(self, folder: Path | None = None, relays: Callable[[], Iterable[str]] = tuple) -> None:
        self._relays = relays
        root = folder or Path(data.__file__).with_name("app")
        self._files = dict(_listed(root))
        if (index := self._files.get("/index.html")) is not None:
            self._files["/"] = index
        self._tags: dict[Path, str] = {}

    async def answer(self, request: Request) -> Answer:
        """Return the file, 304 when the browser has it, 404 otherwise."""
        if request.method not in {"GET", "HEAD"}:
            return problem(
                405, "method_unknown", "a page can only be read", way_out="use GET", allowed="GET, HEAD"
            )
        file = self._files.get(request.path)
        if file is None and not self._files:
            return problem(503, "app_not_built", "the app is not built here", way_out="run script/run once")
        if file is None:
            return problem(404, "not_found", "no such page", way_out="open /")
        body = file.path.read_bytes()
        tag = self._tags.get(file.path)
        if tag is None:
            tag = self._tags[file.path] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        rules = policy([f"wss://{host}:*" for host in sorted(self._relays())])
        headers = (
            ("Content-Security-Policy", rules),
            *PAGE_HEADERS,
            ("Cache-Control", file.caching),
            ("ETag", tag),
        )
        if tag in (request.header("if-none-match") or ""):
            return Answer(status=304, headers=headers)
        return Answer(status=200, content_type=file.content_type, body=body, headers=headers)


def _listed(root: Path) -> list[tuple[str, _File]]:
    if not root.is_dir():
        return []
    found = []
    for path in sorted(root.rglob("*")):
        content_type = TYPES.get(path.suffix)
        if content_type is None or not path.is_file() or path.is_symlink():
            continue
        url = "/" + path.relative_to(root).as_posix()
        caching = f"public, max-age={_YEAR_S}, immutable" if _HASHED.match(url) else "no-cache"
        found.append((url, _File(path=path, content_type=content_type, caching=caching)))
    return found
