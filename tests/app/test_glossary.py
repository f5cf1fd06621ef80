"""Terms: explained where they first appear, and nowhere else."""

import pytest

from orbitsens.config import Data, Parameters
from pages.shared.glossary import SECTIONS, anchor, explained_in, hover
from pages.shared.meanings import MEANINGS


def test_the_first_of_each_term_is_explained() -> None:
    told = hover("The acceleration error of a segment ratio; another acceleration error of one segment.")
    assert explained_in(told) == ["acceleration error", "segment ratio", "segment"]
    assert told.startswith('The [acceleration error](help#acceleration-error "100 |a_true - a_model|')
    assert told.count("](help#acceleration-error") == 1
    assert told.endswith('.").')


def test_plurals_are_told_and_parts_of_words_are_not() -> None:
    assert explained_in(hover("5 runs in 2 groups")) == ["run", "group"]
    for text in ("trunks, regrouped, runners", r"sweep\-seeds\-v2", "a seed-noise band"):
        assert hover(text) == text


def test_code_and_links_are_left_alone() -> None:
    text = "`python -m runner sync group` and [the seed](jobs) stay"
    assert hover(text) == text


def test_what_was_explained_before_is_not_explained_again() -> None:
    first = hover("A seed and a median.")
    assert hover("Another seed, and quartiles.", explained_in(first)).startswith("Another seed, and [quartiles](help#")


@pytest.mark.parametrize("section", SECTIONS)
def test_terms_have_a_place_of_their_own_and_a_full_sentence(section: str) -> None:
    for term, words in SECTIONS[section].items():
        assert anchor(term)
        assert words.endswith(".")
        assert '"' not in words
    anchors = [anchor(term) for terms in SECTIONS.values() for term in terms]
    assert len(anchors) == len(set(anchors))


def test_every_parameter_has_a_meaning_on_the_help_page() -> None:
    for model in (Data, Parameters):
        for name in model.model_fields:
            assert MEANINGS[name], name
