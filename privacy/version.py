"""The version that the gate tells; the same as in pyproject.toml."""

VERSION = "0.1.0"
