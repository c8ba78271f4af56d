"""For all tests: properties are judged by what they find, not by how fast a shared machine is."""

from hypothesis import settings

pytest_plugins = ["tests.obligations.plugin"]

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
