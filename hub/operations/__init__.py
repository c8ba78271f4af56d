"""The one table of what can be asked of a home: name, request, answer, role."""
