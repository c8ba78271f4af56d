"""Signatures of requests, by AWS's public test suite and the examples of S3's documentation."""

import tomllib
from typing import Any

import pytest

from privacy.gate.backups.sigv4 import Signer, amz_date
from tests.paths import ROOT

VECTORS = tomllib.loads((ROOT / "tests/vectors/sigv4.toml").read_text())["request"]
KEYS = {
    "service": ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    "s3": ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
}


def test_the_vectors_are_all_there() -> None:
    assert len(VECTORS) >= 25


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["says"])
def test_a_request_is_signed_as_aws_says(vector: dict[str, Any]) -> None:
    key, secret = KEYS[vector["service"]]
    signer = Signer(key=key, secret=secret, region="us-east-1", service=vector["service"])
    made = signer.authorization(
        vector["method"],
        vector["path"],
        [(name, value) for name, value in vector["query"]],
        vector["headers"],
        vector["payload_sha256"],
        vector["at"],
    )
    assert made.rpartition("Signature=")[2] == vector["signature"]
    assert amz_date(vector["at"]) == vector["headers"]["x-amz-date"]
    assert secret not in made + repr(signer)
