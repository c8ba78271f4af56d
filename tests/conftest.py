"""For all tests: properties are judged by what they find, not by how fast a shared machine is."""

from hypothesis import settings

pytest_plugins = ["tests.obligations.plugin"]

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

SHORT = 16  # bytes that a test's id may spell; longer ones are keys and payloads, often random


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long bytes by their length: every worker has to collect the same ids."""
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) and len(val) > SHORT else None
