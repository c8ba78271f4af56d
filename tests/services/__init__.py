"""homebase as it is installed: a real Debian, booted with systemd. Run by script/nightly services."""
