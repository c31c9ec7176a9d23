"""Pictures: named for those who hear them, harmless for those who show them."""

from __future__ import annotations

import pytest

from finmod.errors import InternalError
from finmod.reports.charts.drawing import Box, Chart, ChartTable, Head, Key, Look, Picture, nothing, said
from tests.pictures import faults, placed, root

HOSTILE = "</title><script>alert('1')</script>\u202e & \"x\"\x00"


def picture(width: int = 680, title: str = "Cost", said_too: str = "In USD") -> Picture:
    return Picture(Head(title, said_too, "What it shows."), width, "a1")


def chart(made: Picture) -> Chart:
    return Chart(made.finish(), ChartTable((), ()), "")


def test_a_picture_has_a_name_and_a_description_by_ids_of_its_own() -> None:
    element = root(chart(picture()))

    assert element.get("role") == "img"
    assert element.get("aria-labelledby") == "a1-title a1-desc"
    assert [(each.get("id"), each.text) for each in element[:2]] == [
        ("a1-title", "Cost"),
        ("a1-desc", "What it shows."),
    ]


@pytest.mark.parametrize("anchor", ["", "1a", "a b", 'a"', "a<"])
def test_an_anchor_that_is_no_id_is_refused(anchor: str) -> None:
    with pytest.raises(InternalError, match="the anchor of a chart is "):
        Picture(Head("", "", ""), 680, anchor)


def test_hostile_text_stays_text_wherever_it_stands() -> None:
    made = Picture(Head(HOSTILE, HOSTILE, HOSTILE), 680, "a1")
    made.legend([Key(HOSTILE, "s0")])
    made.box(Box(0, made.y, 9, 9), "s0", tip=HOSTILE)
    made.text(0, made.y + 20, HOSTILE, Look(room=80))
    made.y += 30

    assert "<script" not in made.finish()
    assert "\u202e" not in made.finish()
    assert "\x00" not in made.finish()
    assert {each.tag.partition("}")[2] for each in root(chart(made)).iter()} == {"svg", "title", "desc", "text", "rect"}


def test_a_cut_text_is_told_in_full_where_the_mouse_rests() -> None:
    made = picture()
    made.text(0, 100, "a name that is too long for its room", Look(room=60))
    made.text(0, 120, "short", Look(room=60))

    assert "<title>a name that is too long for its room</title>a name…</text>" in made.finish()
    assert ">short</text>" in made.finish()


def test_a_hatch_has_the_id_of_its_picture_and_is_written_where_it_is_used() -> None:
    plain, hatched, sliver = picture(), picture(), picture()
    plain.box(Box(0, 50, 40, 9), "s0")
    hatched.box(Box(0, 50, 40, 9), "s0", hatch="rising")
    sliver.box(Box(0, 50, 2, 9), "s0", hatch="rising")

    assert "<defs>" not in plain.finish() + sliver.finish()
    assert hatched.finish().count('<pattern id="a1-rising"') == 1
    assert 'fill="url(#a1-rising)"' in hatched.finish()


@pytest.mark.parametrize("width", [280, 360, 680])
def test_a_legend_and_a_long_title_take_the_lines_they_need(width: int) -> None:
    made = picture(width, "A title of many words " * 6, "A note of many words " * 12)
    made.legend([Key(f"a name {'x' * number * 4}", "s0") for number in range(9)])

    assert faults(chart(made)) == []
    assert max(each.bottom for each in placed(chart(made))) <= made.y


def test_a_picture_holds_nothing_that_mail_and_print_do_not_know() -> None:
    made = picture()
    made.legend([Key("a", "s0", hatch="rising"), Key("b", "s1", "line", dash="dashed"), Key("c", "s2", "band")])

    text = made.finish()

    assert not any(word in text for word in ("var(", "<style", "<foreignObject", "href", "<script", "currentColor"))
    assert 'fill="#0072B2"' in text


def test_where_there_is_nothing_the_picture_says_so() -> None:
    made = picture()
    nothing(made)

    assert ">No values.</text>" in made.finish()


def test_a_picture_becomes_a_chart_with_the_table_behind_it() -> None:
    table = ChartTable(("Name", "USD"), (("ads", "1"),))

    assert picture(title="Cost\tof ads").chart(table) == Chart(
        picture(title="Cost\tof ads").finish(), table, "Cost of ads"
    )


def test_a_legend_without_keys_takes_no_room() -> None:
    made = picture()
    before = made.y
    made.legend([])

    assert (made.y, made.parts) == (before, picture().parts)


def test_what_is_said_has_no_stop_where_the_unit_stands_alone() -> None:
    assert [said("USD"), said("USD", "", "Net."), said("USD", "A.", "B.")] == [
        "In USD",
        "In USD. Net.",
        "In USD. A. B.",
    ]


def test_texts_over_one_another_and_outside_are_found() -> None:
    made = picture()
    made.text(0, 100, "one", Look())
    made.text(10, 104, "other", Look())
    made.text(675, 130, "outside", Look())
    made.y = 140

    assert faults(chart(made)) == ["outside: outside", "over one another: one / other"]
