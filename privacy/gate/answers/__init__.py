"""The gate's own answers to the app under /gate/v1/: the table of who answers what, and its signature."""
