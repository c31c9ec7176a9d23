"""Of the list of what happened: what is read, and how what is wrong in it is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.rootcause.events import read_events

KNOWN = ("product", "service")


def read(folder: Path, text: str) -> list[tuple[date, date | None, str, tuple[tuple[str, str | None], ...]]]:
    file = folder / "events.csv"
    file.write_text(text, encoding="utf-8")
    return [(each.day, each.until, each.text, each.of) for each in read_events(file, KNOWN)]


def test_events_are_read_with_what_they_are_of(tmp_path: Path) -> None:
    text = 'product,date,until,event\nsearch,2026-09-03,2026-09-04,"moved, at last"\n\n,2026-09-05,,all\n2,,,\n'
    with pytest.raises(UserError):
        read(tmp_path, text)
    assert read(tmp_path, text.removesuffix("2,,,\n")) == [
        (date(2026, 9, 3), date(2026, 9, 4), "moved, at last", (("product", "search"),)),
        (date(2026, 9, 5), None, "all", ()),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("date\n", "events.csv:1: the list of events has no column event"),
        ("date,event,event\n", "events.csv:1: event stands twice"),
        ("date,event,prodct\n", "events.csv:1: the column 'prodct' is none that events are told by"),
        ("date,event\n2026-09-03\n", "events.csv:2: the row names no event"),
        ("date,event\n20260903,a\n", "events.csv:2: the date is '20260903'"),
        ("date,event\n2026-W36-4,a\n", "events.csv:2: the date is '2026-W36-4'"),
        ("date,event\n2026-02-30,a\n", "events.csv:2: the date is '2026-02-30'"),
        ('date,event\n2026-09-03,"a\nb"\n2026-09-03,\n', "events.csv:4: the row names no event"),
        ("date,until,event\n2026-09-03,2026-09-01,a\n", "events.csv:2: it ends on 2026-09-01, and begins on 2026-09"),
        ("date,event\n2026-09-03,a,b\n", "events.csv:2: the row has 3 cells, and the first line 2"),
        (f"date,event\n2026-09-03,{'a' * 200_000}\n", "events.csv:2: the row is no CSV: field larger"),
        ("date,until,event\n2026-09-03,soon,a\n", "events.csv:2: until is 'soon'"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(found)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_told_as_one(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "events.csv"
    file.write_text("date,event\n2026-09-03,Größe\n", encoding=encoding)
    with pytest.raises(UserError, match="cannot be read: it is not UTF-8") as caught:
        read_events(file, KNOWN)
    (problem,) = caught.value.problems
    assert problem.remedy == "Save it as UTF-8."
