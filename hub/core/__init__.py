"""The hub's memory: bus, registry, state, dispatch, supervisor, store, history."""
