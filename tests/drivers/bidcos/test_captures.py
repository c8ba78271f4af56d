"""Every captured frame of high or medium confidence means what is written beside it, key by key."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.devices import model_by_name, models
from drivers.bidcos.meaning.meaning import frame_object, meaning
from drivers.bidcos.meaning.session import Session

from .captures import captures, frame, needs_captures


def _wrong_keys(with_models: bool) -> tuple[int, list[str]]:
    session = Session()
    count, wrong = 0, []
    for capture in captures():
        read = frame(capture)
        secrets = session.secrets(read)
        model = session.model(read)
        if model is None and with_models:
            model = model_by_name(capture["model"] or "")
        said: dict[str, Any] = {**frame_object(read), **meaning(read, model, secrets)}
        if "rssi_dbm" not in capture["meaning"]:
            said.pop("rssi_dbm", None)
        if capture["confidence"] == "low":
            continue
        for key, value in capture["meaning"].items():
            count += 1
            if key not in said or said[key] != value or type(said[key]) is not type(value):
                wrong.append(f"{capture['id']} {capture['raw']} {key}: {said.get(key)!r}, not {value!r}")
        if model is not None:  # without one both readings are given, which is more than one capture says
            extra = (
                said.keys() - capture["meaning"].keys() - {"signature_ok"}
            )  # found out, not written beside
            wrong += [f"{capture['id']} says too much: {key}" for key in extra]
    return count, wrong


@needs_captures
def test_every_key_of_every_capture_comes_out_right_when_the_model_is_known() -> None:
    count, wrong = _wrong_keys(with_models=True)
    assert count > 4000
    assert not wrong


@needs_captures
def test_without_models_nearly_all_keys_still_come_out_right() -> None:
    count, wrong = _wrong_keys(with_models=False)
    assert len(wrong) <= count * 0.01, wrong


@given(
    kind=st.integers(0, 255),
    payload=st.binary(max_size=54),
    model=st.sampled_from([None, *models()]),
)
def test_no_payload_makes_the_decoder_fail(kind: int, payload: bytes, model: Any) -> None:
    read = Frame(counter=1, flags=0xA0, kind=kind, sender=b"abc", receiver=b"def", payload=payload)
    session = Session()
    assert isinstance(meaning(read, model, session.secrets(read)), dict)
