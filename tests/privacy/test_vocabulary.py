"""Every data category is a kind of something that the Data Privacy Vocabulary knows."""

import pytest

from privacy.vocabulary import DataCategory


@pytest.mark.parametrize("category", list(DataCategory))
def test_each_category_has_its_term(category: DataCategory) -> None:
    assert category.dpv.startswith(("dpv:", "pd:"))
