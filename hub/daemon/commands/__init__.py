"""The commands, one module each: ``configure(parser)`` and ``run(options) -> exit code``."""
