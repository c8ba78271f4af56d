"""What targets share: names of copies, words for their troubles, and the file to send."""

import hashlib
from pathlib import Path

import pytest

from privacy.gate.backups.target import NAME, Source, TargetError, Trouble, in_words
from privacy.register import Language


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_says_in_both_languages_what_to_do(trouble: Trouble) -> None:
    for language in Language:
        assert trouble.text(language).endswith(".")
    assert trouble.text(Language.DE) != trouble.text(Language.EN)
    for why in (str(TargetError(trouble, "507 was answered")), f"far: {TargetError(trouble)}"):
        told = in_words(why, Language.DE)
        assert trouble.text(Language.DE) in told
        assert trouble.value not in told
    assert in_words("target_of_tomorrow: 1 too long: x", Language.EN) == "target_of_tomorrow: 1 too long: x"


@pytest.mark.parametrize(
    "name", ["", ".age", "../x.age", "a/b.age", ".a.age", "A.age", "a.age\n", "a" * 97 + ".age"]
)
def test_no_name_leads_out_of_the_place_for_copies(name: str) -> None:
    assert NAME.fullmatch("2026-11-28-0f3a.age")
    assert not NAME.fullmatch(name)


async def test_a_file_that_became_shorter_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_bytes(b"0123456789")
    source = Source(path=path, size=10, sha256=hashlib.sha256(b"0123456789").hexdigest())
    assert await source.read(8, 4) == b"89"
    path.write_bytes(b"01234567")
    with pytest.raises(TargetError, match="shorter"):
        await source.read(4, 6)
    path.unlink()
    with pytest.raises(TargetError) as gone:
        await source.read(0, 1)
    assert gone.value.trouble is Trouble.CHANGED
