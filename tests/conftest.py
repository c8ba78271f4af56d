"""For all tests: properties are judged by what they find, not by how fast a shared machine is.

A commit is judged by the same examples each time; script/nightly properties looks for new ones.
"""

import gc
from collections.abc import Generator
from contextlib import suppress
from importlib import import_module

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler.protocol import Scheduling

from tests.sharing import Sharing, made_ready_by, ordered

pytest_plugins = ["tests.obligations.plugin"]

settings.register_profile("commit", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("night", deadline=None, max_examples=1000)
settings.load_profile("commit")

SHORT = 16  # bytes that a test's id may spell; longer ones are keys and payloads, often random


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long bytes by their length: every worker has to collect the same ids."""
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) and len(val) > SHORT else None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Thousands of tests are made and none goes: nothing to look for among them, now or at any test.

    Of the whole suite each worker makes a share of the files ready for all.
    """
    gc.disable()
    try:
        one_of_several = getattr(session.config, "workerinput", None)
        if one_of_several and not session.config.getoption("file_or_dir"):
            for module in made_ready_by(one_of_several["workerid"], one_of_several["workercount"]):
                with suppress(Exception):  # the collection tells of it
                    import_module(module)
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits beside what counts."""
    items[:] = ordered(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Several workers share the files by tests/sharing.py."""
    return Sharing(config, log) if config.getvalue("dist") == "loadfile" else None
