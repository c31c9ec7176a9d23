"""Every code that the room tells is in the catalogue, and none stands there unused."""

from __future__ import annotations

import re
from pathlib import Path

import finmod.settings
from finmod.settings.validate import did_you_mean, listing, unknown_word
from finmod.terms.findings import codes
from tests.refusals import told


def test_codes_and_catalogue_agree() -> None:
    room = Path(finmod.settings.__file__).parent
    texts = [file.read_text(encoding="utf-8") for file in room.rglob("*.py")]
    used = {code for text in texts for code in re.findall(r'"(FM10[0-5]\d)"', text)}
    assert used == {code for code in codes() if "FM1001" <= code <= "FM1059"}


def test_a_list_of_words_reads_as_a_sentence() -> None:
    assert [listing(["a"]), listing(["a", "b"]), listing(["a", "b", "c"], "and")] == ["a", "a or b", "a, b and c"]


def test_a_hint_needs_a_near_word() -> None:
    assert did_you_mean("fokus", ["focus"]) == "Did you mean 'focus'?"
    assert did_you_mean("zzz", ["focus"]) is None
    assert did_you_mean(3, ["focus"]) is None


def test_an_unknown_word_is_told_with_the_nearest_or_with_all_there_are() -> None:
    known = {"team": 1, "product": 2}
    near, far = (unknown_word(word, known, code="FM2505", found=f"--by is {word!r}") for word in ("taem", "zzz"))

    assert told(near) == "--by is 'taem'; expected team or product. Did you mean 'team'? (FM2505)"
    assert told(far) == "--by is 'zzz'; expected team or product. Name one of these. (FM2505)"
