"""The European Central Bank's files of exchange rates."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.sources.ecb import EcbRate, read_ecb

HISTORY = "Date,USD,CYP,\n2026-09-02,1.1650,N/A,\n1999-01-04,1.1789,0.58231,\n"
RATES = [
    EcbRate(date(2026, 9, 2), "USD", Decimal("1.1650")),
    EcbRate(date(1999, 1, 4), "USD", Decimal("1.1789")),
    EcbRate(date(1999, 1, 4), "CYP", Decimal("0.58231")),
]
XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject>
<Cube><Cube time="2026-09-02"><Cube currency="USD" rate="1.1650"/></Cube>
<Cube time="1999-01-04"><Cube currency="USD" rate="1.1789"/><Cube currency="CYP" rate="0.58231"/></Cube></Cube>
</gesmes:Envelope>"""


def zipped(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()


def read(tmp_path: Path, content: str | bytes) -> list[EcbRate]:
    file = tmp_path / "hist"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_ecb(file)


@pytest.mark.parametrize("content", [HISTORY, f"\ufeff{HISTORY}", HISTORY.replace(",\n", "\r\n"), XML])
def test_the_history_is_read_in_every_form_of_it(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content) == RATES
    assert read(tmp_path, zipped(history=content)) == RATES


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("Date,USD,\n2026-09-02,1.1x,\n", "hist:2: the rate of USD on '2026-09-02' is '1.1x'"),
        ("Date,USD,\n2026-09-02,0,\n", "hist:2: the rate of USD on '2026-09-02' is '0'"),
        ("Date,USD,\n02/09/2026,N/A,\n", "hist:2: the date is '02/09/2026'; expected a day as 2026-09-30"),
        ("Date,USD,\n,1.1,\n", "hist:2: the date is empty; expected a day as 2026-09-30"),
        ("Date,USD,\n2026-09-02,1.1,2,3,\n", "hist:2: the line has 5 fields, the first one 2"),
        ("Date,USD,\n", "hist: the file has no rate"),
        ("", "hist: its first line begins with ''"),
        ("date,from,to,rate\n", "hist: its first line begins with 'date,from,to,rate'"),
        (b"\x89\x00\xff", "hist: the file is not text"),
        ('Date,USD\n"', "the line cannot be read"),
        (XML[:-9], "hist:7: the XML is broken"),
        (XML.replace('rate="1.1650"', 'rate="-1"'), "hist:5: the rate of USD on '2026-09-02' is '-1'"),
        (XML.replace(' time="2026-09-02"', ""), "hist:5: the date is empty"),
        (XML.replace(' time="1999-01-04"', ""), "hist:6: the date is empty"),
        ("<a>\n<Cube currency='USD' rate='1.1'/>\n</a>", "hist:2: the date is empty"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "hist: the file declares entities"),
        ("<html/>", "hist: the file has no rate"),
        (b"PK nothing", "hist: the ZIP cannot be read: File is not a zip file"),
        (zipped(a="1", b="2"), "hist: the ZIP holds 2 files; expected one file in the ZIP"),
        (zipped(history="Date,USD\nx,1\n"), "hist/history:2: the date is 'x'"),
    ],
)
def test_what_is_no_history_is_refused_with_its_place(tmp_path: Path, content: str | bytes, found: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, content)
    assert str(caught.value).startswith(found) or found in str(caught.value)
    assert "FM1433" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (
            "Date,USD,CYP,GBP,\n03 September 2026,1.1,N/A,0.8,\n2026-09-02,1.1,x,y,\nz,1.1,N/A,0.8,\n",
            ["hist:2", "hist:3", "hist:3", "hist:4"],
        ),
        (XML.replace("1999-01-04", "4 January").replace("/><Cube", "/>\n<Cube"), ["hist:6"]),
    ],
)
def test_a_date_that_cannot_be_read_is_told_once_for_all_its_rates(
    tmp_path: Path, content: str, places: list[str]
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, content)
    assert [problem.where for problem in caught.value.problems] == places


def test_a_small_zip_of_a_huge_file_is_not_unpacked_whole(tmp_path: Path) -> None:
    content = zipped(huge="\n" * 100_000_001)
    assert len(content) < 200_000
    with pytest.raises(UserError, match="hist/huge: the file has more than 100,000,000 bytes"):
        read(tmp_path, content)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none: the file cannot be read: no such file or directory"):
        read_ecb(tmp_path / "none")
