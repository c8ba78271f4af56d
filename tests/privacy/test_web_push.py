"""Web Push: the example of RFC 8291, one size for every message, and a token that names its push service."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from privacy.jws import unbase64url
from privacy.web_push import PADDED, VALID_S, Subscription, point, sealed, server_key, token

# RFC 8291, section 5 and appendix A
TEXT = b"When I grow up, I want to be a watermelon"
OWN = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
ENDPOINT = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unbase64url(text), "big"), ec.SECP256R1())


def subscription(**other: object) -> Subscription:
    values = {"endpoint": ENDPOINT, "p256dh": unbase64url(THEIRS), "auth": unbase64url(AUTH)}
    return Subscription(**{**values, **other})  # type: ignore[arg-type] # a table of mixed fields


def test_the_example_of_the_standard_is_made_to_the_byte() -> None:
    made = sealed(TEXT, subscription(), private(OWN), unbase64url(SALT), padded=0)
    assert made == unbase64url(BODY.replace("\n", ""))


def test_every_message_has_one_size() -> None:
    own, salt = private(OWN), unbase64url(SALT)
    sizes = {len(sealed(b"x" * count, subscription(), own, salt)) for count in (0, 1, 40, PADDED - 1)}
    assert len(sizes) == 1


def test_a_token_names_the_push_service_and_is_signed_by_the_key_beside_it() -> None:
    key = server_key(b"s" * 32)
    told = token(key, "push.example.net", 1_000_000)
    word, _, public = told.removeprefix("vapid t=").partition(", k=")
    head, claims, signature = word.split(".")
    assert json.loads(unbase64url(claims)) == {"aud": "https://push.example.net", "exp": 1_000_000 + VALID_S}
    named = unbase64url(token(key, "push.example.net", 1_000_000, "https://example.org/").split(".")[1])
    assert json.loads(named) == {**json.loads(unbase64url(claims)), "sub": "https://example.org/"}
    assert json.loads(unbase64url(head)) == {"alg": "ES256", "typ": "JWT"}
    assert unbase64url(public) == point(key)
    raw = unbase64url(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.public_key().verify(pair, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert point(server_key(b"s" * 32)) == point(key)
    assert point(server_key(b"t" * 32)) != point(key)


@pytest.mark.parametrize(
    "other",
    [
        {"endpoint": "http://push.example.net/x"},
        {"endpoint": "https://push.example.net:8443/x"},
        {"endpoint": "https://push.example.net"},
        {"endpoint": "https://user@push.example.net/x"},
        {"endpoint": "https://push.example.net/x y"},
        {"endpoint": "https://push.example.net/" + "x" * 1000},
        {"p256dh": b"\x04" + b"\x01" * 64},
        {"auth": b"short"},
    ],
)
def test_what_is_no_subscription_is_refused(other: dict[str, object]) -> None:
    subscription().check()  # the control
    with pytest.raises(ValueError, match=r"."):
        subscription(**other).check()


def test_it_can_be_told_where_to() -> None:
    assert (subscription().host, subscription().path) == (
        "push.example.net",
        ENDPOINT.removeprefix("https://push.example.net"),
    )
    assert base64.urlsafe_b64decode(AUTH + "==") == subscription().auth
