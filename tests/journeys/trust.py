"""A browser's own store of certificates."""

import subprocess
from pathlib import Path


def home_that_trusts(folder: Path, ca: bytes | None) -> Path:
    """A home folder for Chromium with a store of its own. ca: what it trusts beside its list, PEM."""
    home = folder / "home"
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    subprocess.run(["certutil", "-N", "-d", f"sql:{store}", "--empty-password"], check=True)
    if ca is not None:
        file = folder / "ca.pem"
        file.write_bytes(ca)
        words = ["-A", "-d", f"sql:{store}", "-n", "home", "-t", "C,,", "-i", str(file)]
        subprocess.run(["certutil", *words], check=True)
    return home
