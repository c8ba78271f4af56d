"""``homebase app export``: the built app as static files, for a web server of the owner's choice.

The files say themselves what they may do (a policy in the page), so that a server without settings can't make
them weaker; README.txt says which headers should be added.
"""

import argparse
import base64
import json
import re
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import resources
from pathlib import Path

from privacy.app_policy import PERMISSIONS, policy

from ..command_line import EXIT_CANT_WRITE, EXIT_NOT_RUNNING, EXIT_USAGE, CommandFailed
from ..speech import phrase

_EXPORT = "write the app's files into a folder"
PAGE, WORKER, LISTING, README = "index.html", "sw.js", "homebase-app.json", "README.txt"
_HEAD, _SHELL = "<head>", "self.SHELL="
_MARK = '\n    <meta name="homebase-export" />'  # so that the app knows: app/src/state/served.ts
_RELAY = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(?::([1-9][0-9]{0,4}))?")
MOST_PORT = 65_535


def configure(parser: argparse.ArgumentParser) -> None:
    """Verbs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=phrase("VERB"))
    export = verbs.add_parser("export", help=phrase(_EXPORT), description=_EXPORT)
    export.add_argument("folder", type=Path, metavar="DIR", help="new, empty, or of an earlier export")
    export.add_argument(
        "--connect",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="of a relay that the app may reach from there by wss; may be repeated; without it: any",
    )


def run(options: argparse.Namespace) -> int:
    """Write the files; say how many and what is left to do."""
    wrong = [host for host in options.connect if not _is_relay(host)]
    if wrong:
        allowed = phrase(
            "allowed is a host in small letters, with a port of 1 to {most_port} if need be",
            most_port=MOST_PORT,
        )
        text = phrase("--connect {wrong!r}: {allowed}", wrong=wrong[0], allowed=allowed)
        raise CommandFailed(text, EXIT_USAGE)
    built = Path(str(resources.files("privacy.data"))) / "app"
    if not (built / WORKER).is_file():
        raise CommandFailed(
            phrase("{built}: the app is not built here; run script/run once", built=built), EXIT_NOT_RUNNING
        )
    connect = tuple(f"wss://{host}" for host in options.connect) or ("wss:",)
    files = exported(_read(built), connect)
    _write(options.folder, files)
    sys.stdout.write(
        phrase(
            "{files} files in {folder}; {readme} says what to set\n",
            files=len(files),
            folder=options.folder,
            readme=options.folder / README,
        )
    )
    return 0


def _is_relay(text: str) -> bool:
    found = _RELAY.fullmatch(text)
    return found is not None and int(found[2] or 1) <= MOST_PORT


def exported(files: Mapping[str, bytes], connect: Sequence[str]) -> Mapping[str, bytes]:
    """The built files with the policy in the page, and the worker's list of them put right. Pure."""
    rules = policy(connect, in_page=True)
    page = files[PAGE].decode()
    place = page.index(_HEAD) + len(_HEAD)
    meta = f'\n    <meta http-equiv="Content-Security-Policy" content="{rules}" />{_MARK}'
    changed = (page[:place] + meta + page[place:]).encode()
    first, _, rest = files[WORKER].decode().partition("\n")
    shell = json.loads(first.removeprefix(_SHELL).removesuffix(";"))
    shell["files"][f"./{PAGE}"] = f"sha256-{_digest(changed)}"
    shell["version"] = _digest(json.dumps(shell["files"]).encode())
    worker = f"{_SHELL}{json.dumps(shell)};\n{rest}".encode()
    told = _README.format(policy=policy(connect), permissions=PERMISSIONS)
    own = {**files, PAGE: changed, WORKER: worker, README: told.encode()}
    return {**own, LISTING: json.dumps({"files": sorted(own)}, indent=1).encode()}


def _read(built: Path) -> Mapping[str, bytes]:
    found = (path for path in sorted(built.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(built).as_posix(): path.read_bytes() for path in found}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace an earlier export; the page comes last, so that it never names a file that is not there yet."""
    before: set[str] = set()
    if folder.exists() and any(folder.iterdir()):
        before = _listed(folder)
    for name in sorted(files, key=lambda name: name in {PAGE, WORKER}):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[name])
    for name in before - files.keys():
        (folder / name).unlink(missing_ok=True)


def _listed(folder: Path) -> set[str]:
    try:
        names = list(json.loads((folder / LISTING).read_bytes())["files"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        text = phrase("{folder} is not empty, and no earlier export; name an empty folder", folder=folder)
        raise CommandFailed(text, EXIT_CANT_WRITE) from error
    return {name for name in names if isinstance(name, str) and ".." not in name and not name.startswith("/")}


def _digest(data: bytes) -> str:
    return base64.b64encode(sha256(data).digest()).decode()


_README = """homebase: the app as static files
==================================

Serve this folder by HTTPS, at an address of its own (a whole host name, not a folder of a site with other
pages): a browser keeps the app's keys by host name, and whoever may put a script there could use them.
Whoever serves these files decides what code your phone runs. Serve them yourself, or trust who does.

The page holds its own policy, so it is safe without settings. Add these headers if your server can:

    Content-Security-Policy: {policy}
    X-Content-Type-Options: nosniff
    Referrer-Policy: no-referrer
    Cross-Origin-Opener-Policy: same-origin
    Permissions-Policy: {permissions}
    Cache-Control: no-cache                              for / and all that is not in assets/
    Cache-Control: public, max-age=31536000, immutable   for assets/

nginx:

    server {{
      listen 443 ssl;
      server_name app.example.org;
      root /srv/homebase-app;
      types {{ text/html html; text/javascript js; text/css css; image/svg+xml svg; image/png png;
              application/manifest+json webmanifest; }}
      add_header X-Content-Type-Options nosniff always;
      add_header Referrer-Policy no-referrer always;
      add_header Cache-Control no-cache always;
    }}

From here the app reaches a home by a relay only (homebase relay add): a gate refuses pages of another
address. Phones that should also get in at home, without a relay, open the home's own address.

A new version: export into this folder again. Phones notice it and ask before they take it.


Die App als Dateien
-------------------

Liefere diesen Ordner über HTTPS aus, unter einem eigenen Hostnamen: Dort verwahrt der Browser die Schlüssel
der App. Wer diese Dateien ausliefert, bestimmt, welches Programm auf deinem Telefon läuft. Tu es selbst,
oder vertrau dem, der es tut. Die Seite enthält ihre Regeln selbst; die Kopfzeilen oben sind besser noch dazu.
Von hier erreicht die App ein Zuhause nur über ein Relay (homebase relay add): Das Tor weist Seiten einer
fremden Adresse ab. Telefone, die zu Hause auch ohne Relay hineinkommen sollen, öffnen dessen eigene Adresse.
Eine neue Fassung: noch einmal hierher exportieren. Telefone merken es und fragen, bevor sie sie nehmen.
"""
