"""What some tests need of the machine; script/test installs all else."""

import os

import pytest

NETWORKS = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make network namespaces")
