"""The gate's process: the only one with a network. Started by exec, imported by nobody."""
