"""Every word of the vocabulary that we use stands in our list of its terms."""

import pytest

from privacy.terms import read
from privacy.vocabulary import DataCategory
from tests.paths import ROOT
from tests.privacy import house

TEXT = (ROOT / "config" / "notice" / "terms.toml").read_text()


def test_every_category_and_every_row_speaks_in_known_terms() -> None:
    terms = house.register().terms
    assert {category.dpv for category in DataCategory} == terms.data
    for row in house.register().activities.values():
        assert row.purpose in terms.purposes
        assert row.basis in terms.bases
    assert {right.term for right in house.register().rights} == terms.rights


def test_a_term_is_its_prefix_and_its_name() -> None:
    terms = house.register().terms
    assert terms.iri("eu-gdpr:A6-1-a") == "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a"
    assert terms.iri("loc:DE") == "https://w3id.org/dpv/loc#DE"
    with pytest.raises(ValueError, match="pd:Behavioral"):  # as it was spelled before 2.0
        terms.iri("pd:Behavioral")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('version = "2.3"', 'version = "2.2"', "version"),
        ("[prefix]", "[prefix", "syntax"),
        ("[prefix]", "[prefixes]", "prefixes"),
        ('"pd:Household"', '"pd Household"', "data"),
        ('"pd:Household"', '"pp:Household"', "data"),
        ('"pd:Household"', "7", "data[8]"),
    ],
)
def test_each_mistake_of_the_list_is_named(old: str, new: str, field: str) -> None:
    assert old in TEXT
    _, mistakes = read(TEXT.replace(old, new, 1))
    assert field in [name for name, _ in mistakes] or any(field in what for _, what in mistakes)
