"""What a device needs to trust this home: the CA's certificate, and a page that says what to do with it.

Without a session, as a certificate is no secret; without a script, as nothing is trusted yet.
"""

import base64
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Protocol

from privacy.gate.front.checks import Site
from privacy.gate.front.exchange import Answer, Endpoint, Request, problem
from privacy.gate.front.german import wants_german
from privacy.gate.lan.identity import Identity
from privacy.gate.lan.trust_words import ENGLISH, GERMAN

PAGE, CERTIFICATE = "/gate/trust", "/ca.crt"
_ROW = 8  # pairs of the fingerprint that stand side by side, as the narrowest phone has room for


class Home(Protocol):
    """What is asked of the home's network."""

    @property
    def identity(self) -> Identity | None:
        """Names and certificates."""
        ...

    @property
    def site(self) -> Site | None:
        """How browsers call the home."""
        ...


def table(home: Home) -> Mapping[tuple[str, str], Endpoint]:
    """The two answers."""

    async def certificate(_: Request) -> Answer:
        identity = home.identity
        if identity is None or identity.ca is None:
            return _NONE
        headers = (("Content-Disposition", 'attachment; filename="homebase-ca.crt"'), *_HEADERS)
        return Answer(
            status=200, content_type="application/x-x509-ca-cert", body=identity.ca, headers=headers
        )

    async def page(request: Request) -> Answer:
        identity, site = home.identity, home.site
        if identity is None or identity.ca is None or site is None:
            return _NONE
        german = request.query == "lang=de" or (request.query != "lang=en" and wants_german(request))
        text = written(identity, site, german=german)
        return Answer(
            status=200,
            content_type="text/html; charset=utf-8",
            body=text.encode(),
            headers=(_POLICY, *_HEADERS),
        )

    return {("GET", CERTIFICATE): certificate, ("GET", PAGE): page}


def written(identity: Identity, site: Site, *, german: bool) -> str:
    """The page in one language."""
    words = GERMAN if german else ENGLISH
    steps = "".join(
        f"<h3>{escape(title)}</h3><ol>{''.join(f'<li>{escape(step)}</li>' for step in listed)}</ol>"
        for title, listed in words.steps
    )
    language, other = ("de", "en") if german else ("en", "de")
    pairs = identity.fingerprint.split(":")
    rows = (":".join(pairs[at : at + _ROW]) for at in range(0, len(pairs), _ROW))
    names = ", ".join(identity.names)
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(words.title)}</title><style>{_STYLE}</style></head><body><main>
<p class="other"><a href="{PAGE}?lang={other}" hreflang="{other}" lang="{other}">{escape(words.other)}</a></p>
<h1>{escape(words.title)}</h1><p>{escape(words.why)}</p>
<h2>{escape(words.compare)}</h2><p>{escape(words.compare_how)}</p>
<p class="print" translate="no">{":<br>".join(rows)}</p><p>{escape(words.differs)}</p>
<h2>{escape(words.load)}</h2><p><a class="load" href="{CERTIFICATE}">{escape(words.load_do)}</a></p>
{steps}
<h2>{escape(words.then)}</h2><p><a class="load" href="{escape(site.address)}">{escape(site.address)}</a></p>
<h2>{escape(words.what)}</h2><p>{escape(words.what_long.format(names=names))}</p>
<p>{escape(words.undo)}</p></main></body></html>
"""


_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:#f3f1ec;color:#1c1f1d}"
    "main{max-width:38rem;margin:0 auto;padding:1rem}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}"
    "body{overflow-wrap:break-word;hyphens:auto}h3{font-size:1rem;margin:1.2rem 0 .3rem}"
    "a{color:#0b5a4d}.other{text-align:right;margin:0}.other a{display:inline-block;padding:.7rem 0}"
    "ol{margin:0;padding-left:1.4rem}li{margin:.3rem 0}"
    ".print{font:1rem/1.7 ui-monospace,monospace;width:fit-content;padding:.7rem;border:1px solid #8a8f8b;"
    "border-radius:.5rem}"
    ".load{display:inline-block;padding:.7rem 1.1rem;border-radius:.6rem;background:#0f6b5c;color:#fff;"
    "text-decoration:none}"
    "@media(prefers-color-scheme:dark){body{background:#111513;color:#e9ece9}a{color:#7fd6c4}"
    ".load{background:#7fd6c4;color:#10201c}}"
)
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    "Content-Security-Policy",
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
)
_HEADERS = (("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"))
_NONE = problem(
    404,
    "no_certificate",
    "this home has no certificate of its own making",
    way_out="it is the owner's, or [lan] is not open; homebase doctor says more",
)
