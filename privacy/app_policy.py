"""What the app's page may do in a browser: its content security policy, one for all who serve it. Pure."""

from collections.abc import Sequence

PERMISSIONS = "camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), midi=()"
"""The camera reads the code of a pairing, on the app's own pages alone; the rest is never asked for."""


def policy(connect: Sequence[str] = (), *, in_page: bool = False) -> str:
    """The policy. connect: origins beside its own that it may speak with; in_page: said in the page itself.

    In a page the rule against frames has no effect, and browsers complain of it.
    """
    rules = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        " ".join(("connect-src 'self'", *connect)),
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ]
    if not in_page:
        rules.append("frame-ancestors 'none'")
    return "; ".join(rules)
