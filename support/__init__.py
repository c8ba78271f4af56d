"""The receiver of remote diagnosis for whoever helps: ``homebase support``. A process and a store of its own.

Public parts: ``desk.Desk`` (what is kept, and its rules), ``identity`` (its key), ``certificates``,
``server``.
It never runs in a home: neither hub nor gate loads it. What is promised stands in docs/support.md.
"""
