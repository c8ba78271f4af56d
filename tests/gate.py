"""A gate that is not there: whoever asks it gets GateLost."""

from pathlib import Path

from privacy.client import GateClient

NO_GATE = GateClient(Path("nowhere"))
