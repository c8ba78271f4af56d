"""For all tests: properties are judged by what they find, not by how fast a shared machine is.

A commit is judged by the same examples each time; script/nightly properties looks for new ones.
"""

from hypothesis import settings

pytest_plugins = ["tests.obligations.plugin"]

settings.register_profile("commit", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("night", deadline=None, max_examples=1000)
settings.load_profile("commit")

SHORT = 16  # bytes that a test's id may spell; longer ones are keys and payloads, often random


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long bytes by their length: every worker has to collect the same ids."""
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) and len(val) > SHORT else None
