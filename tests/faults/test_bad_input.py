"""Every bad input is refused with file, place and remedy, exit code 1, and the ledger as it was."""

from __future__ import annotations

import gzip
import struct

import pytest

from finmod.terms.findings import codes
from tests.books import HEADER, ROW, Books, bill, rows

DOCS = "docs/errors.md"


def gz(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


WHOLE = gz(bill(*rows(2000)))
GOOD = bill({}, {"BilledCost": "2"})

# File name -> content -> what the message must say, in order.
REFUSED: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "truncated gzip": ("b.csv.gz", WHOLE[:-300], ("b.csv.gz: the gzip file is damaged: it breaks off", "FM1112")),
    "gzip cut in its header row": (
        "b.csv.gz",
        WHOLE[:60],
        ("b.csv.gz: the gzip file is damaged: it breaks off", "FM1112"),
    ),
    "gzip cut in its trailer": (
        "b.csv.gz",
        WHOLE[:-5],
        ("b.csv.gz: the gzip file is damaged: it breaks off", "FM1112"),
    ),
    "gzip checksum": (
        "b.csv.gz",
        WHOLE[:-8] + bytes([WHOLE[-8] ^ 1]) + WHOLE[-7:],
        (
            "b.csv.gz: the gzip file is damaged: ",
            "its checksum or its length does not fit",
            "Copy or export it again.",
            "FM1112",
        ),
    ),
    "gzip length": (
        "b.csv.gz",
        WHOLE[:-4] + struct.pack("<I", 7),
        ("b.csv.gz: the gzip file is damaged: ", "its checksum or its length does not fit", "FM1112"),
    ),
    "gzip with a flipped bit": (
        "b.csv.gz",
        WHOLE[:4000] + bytes([WHOLE[4000] ^ 64]) + WHOLE[4001:],
        ("b.csv.gz: the gzip file is damaged: ", "FM1112"),
    ),
    "gzip with rubbish behind it": ("b.csv.gz", WHOLE + b"rubbish", ("b.csv.gz: the gzip file is damaged: ", "FM1112")),
    "gzip of nothing": ("b.csv.gz", gz(""), ("b.csv.gz: the file is empty.", "FM1103")),
    "semicolons": ("b.csv", GOOD.replace(",", ";"), ("b.csv:1: the fields are separated by semicolons", "FM1111")),
    "tabs": ("b.csv", GOOD.replace(",", "\t"), ("b.csv:1: the fields are separated by tabs", "FM1111")),
    "bars": ("b.csv", GOOD.replace(",", "|"), ("b.csv:1: the fields are separated by bars", "FM1111")),
    "utf-16 with mark": ("b.csv", GOOD.encode("utf-16"), ("b.csv: the file is text in UTF-16", "iconv", "FM1104")),
    "utf-16 without mark": ("b.csv", GOOD.encode("utf-16-le"), ("b.csv: the file is text in UTF-16", "FM1104")),
    "utf-32 with mark": ("b.csv", GOOD.encode("utf-32"), ("text in UTF-32", "iconv -f UTF-32 -t UTF-8", "FM1104")),
    "utf-32 big endian": ("b.csv", GOOD.encode("utf-32-be"), ("text in UTF-32", "iconv -f UTF-32BE -t", "FM1104")),
    "utf-16 in gzip": (
        "b.csv.gz",
        gzip.compress(GOOD.encode("utf-16"), mtime=0),
        ("b.csv.gz: the file is text in UTF-16", "FM1104"),
    ),
    "latin-1": (
        "b.csv",
        bill({}, {"ServiceName": "Büro"}).encode("latin-1"),
        (
            "b.csv:3: a byte that is not UTF-8, 0xFC, in column 'ServiceName'; expected text in UTF-8.",
            "iconv -f WINDOWS-1252 -t UTF-8",
            "FM1114",
        ),
    ),
    "latin-1 in the header": (
        "b.csv",
        f"x_Büro,{HEADER}\n1,{ROW}\n".encode("latin-1"),
        ("b.csv:1: a byte that is not UTF-8, 0xFC, in column 'x_B\ufffdro'", "FM1114"),
    ),
    "latin-1 far down": (
        "b.csv",
        bill(*rows(60_000), {"ServiceName": "Büro"}).encode("latin-1"),
        ("b.csv:60002: a byte that is not UTF-8, 0xFC, in column 'ServiceName'", "FM1114"),
    ),
    "no BilledCost": (
        "b.csv",
        bill({}).replace("BilledCost", "Cost"),
        (
            "b.csv:1: the file is not of the format focus",
            "If it is FOCUS, it lacks the column BilledCost: export it with all columns.",
            "FM1123",
        ),
    ),
    "no currency": (
        "b.csv",
        bill({}).replace("BillingCurrency", "Currency"),
        ("b.csv:1: the file has no column for BillingCurrency", "--set BillingCurrency=VALUE", "FM1124"),
    ),
    "columns twice": (
        "b.csv",
        f"{HEADER},ServiceName\n{ROW},x\n",
        ("b.csv:1: column 'ServiceName' stands more than once, again as column 10", "FM1109"),
    ),
    "columns twice but for case": (
        "b.csv",
        f"{HEADER},servicename\n{ROW},x\n",
        ("b.csv:1: the columns 'ServiceName' and 'servicename' are one and the same in the ledger", "FM1109"),
    ),
    "text in a number": (
        "b.csv",
        bill({}, {}, {"BilledCost": "n/a"}, {"BilledCost": "?"}),
        (
            "b.csv, row 3: BilledCost is 'n/a' (and 1 more row); expected a number",
            "\n  Mend the export. (",
            "FM1120",
        ),
    ),
    "a comma in a number": (
        "b.csv",
        bill({"BilledCost": "1,234.50"}),
        ("b.csv, row 1: BilledCost is '1,234.50'", "FM1120"),
    ),
    "NaN": ("b.csv", bill({}, {"BilledCost": "NaN"}), ("b.csv, row 2: BilledCost is 'NaN'", "FM1120")),
    "infinity": ("b.csv", bill({}, {"BilledCost": "-inf"}), ("b.csv, row 2: BilledCost is '-inf'", "FM1120")),
    "too large an amount": (
        "b.csv",
        bill({}, {"BilledCost": "123456789012345.5"}),
        ("b.csv, row 2: BilledCost is 123456789012345.500000000000; expected less than 100,000,000,000,000", "FM1120"),
    ),
    "too large a total": (
        "b.csv",
        bill(*[{"BilledCost": "90000000000000"}] * 3),
        ("b.csv: the total of BilledCost is too large; expected less than 100,000,000,000,000", "FM1120"),
    ),
    "too large a number": ("b.csv", bill({}, {"BilledCost": "1e30"}), ("b.csv, row 2: BilledCost is '1e30'", "FM1120")),
    "a day that does not exist": (
        "b.csv",
        bill({}, {"ChargePeriodStart": "2026-02-30T00:00:00Z"}),
        ("b.csv, row 2: ChargePeriodStart is '2026-02-30T00:00:00Z'; expected a date", "FM1121"),
    ),
    "slashes": (
        "b.csv",
        bill({"ChargePeriodStart": "9/1/2026"}),
        ("b.csv, row 1: ChargePeriodStart is '9/1/2026'", "--date-order mdy", "FM1121"),
    ),
    "the name of a zone": (
        "b.csv",
        bill({}, {"ChargePeriodStart": "2026-09-01 00:00:00 IST"}),
        ("b.csv, row 2: ChargePeriodStart is '2026-09-01 00:00:00 IST'", "times in UTC (Z)", "FM1121"),
    ),
    "a year that no bill has": ("b.csv", bill({"ChargePeriodStart": "0026-09-01"}), ("b.csv", "0026-09-01", "FM1126")),
    "a bill of the far future": (
        "b.csv",
        bill({"BillingPeriodStart": "9999-09-01", "BillingPeriodEnd": "9999-10-01"}),
        ("b.csv", "9999-", "FM1126"),
    ),
    "no day": (
        "b.csv",
        bill({}, {"ChargePeriodStart": ""}),
        ("b.csv, row 2: ChargePeriodStart is empty in 1 row", "FM1125"),
    ),
    "no period": (
        "b.csv",
        bill({}, {"BillingPeriodStart": "NULL"}),
        ("b.csv, row 2: BillingPeriodStart is empty in 1 row", "FM1125"),
    ),
    "usage after its period": (
        "b.csv",
        bill({}, {"ChargePeriodStart": "2026-11-05T00:00:00Z"}),
        (
            "b.csv, row 2: the billing period has ended before 1 charge for usage, the first on 2026-11-05",
            "--accept FM1128",
            "FM1128",
        ),
    ),
    "mixed currencies": (
        "b.csv",
        bill({}, {}, {"BillingCurrency": "EUR"}),
        ("b.csv, row 3: one billing account is billed in USD and EUR in 2026-09", "--accept FM1127", "FM1127"),
    ),
    "no currency in a row": (
        "b.csv",
        bill({}, {"BillingCurrency": ""}),
        ("b.csv, row 2: BillingCurrency is empty in 1 row", "FM1122"),
    ),
    "empty": ("b.csv", "", ("b.csv: the file is empty.", "FM1103")),
    "blank": ("b.csv", "\n\n\n", ("b.csv:1: the first line names no columns", "FM1111")),
    "mark alone": ("b.csv", "\ufeff", ("b.csv:1: the first line names no columns", "FM1111")),
    "header only": ("b.csv", HEADER + "\n", ("b.csv: the file has column names but no rows.", "FM1107")),
    "header only without line end": ("b.csv", HEADER, ("b.csv: the file has column names but no rows.", "FM1107")),
    "header only in gzip": (
        "b.csv.gz",
        gz(HEADER + "\n"),
        ("b.csv.gz: the file has column names but no rows.", "FM1107"),
    ),
    "a 10 MB cell": (
        "b.csv",
        bill({}, {"ServiceName": "x" * 10_000_000}),
        ("b.csv:3: the cell of column 'ServiceName' is too long; expected less than 8 MB a row", "FM1115"),
    ),
    "a 10 MB header": (
        "b.csv",
        f"x_{'y' * 10_000_000},{bill({})}",
        ("b.csv:1: the header is longer than 4 MB", "FM1110"),
    ),
    "5,000 columns": (
        "b.csv",
        f"{HEADER},{','.join(f'x_{n}' for n in range(4991))}\n{ROW}{',' * 4991}\n",
        ("b.csv: the file has 5,000 columns; expected at most 2,000.", "FM1108"),
    ),
    "a short row": (
        "b.csv",
        f"{HEADER}\n{ROW}\n1.5,USD\n{ROW}\n",
        ("b.csv:3: the row has 2 fields; expected 9, as in the header.", "--accept FM1116", "FM1116"),
    ),
    "a long row": ("b.csv", f"{HEADER}\n{ROW}\n{ROW},more\n", ("b.csv:3: the row has 10 fields; expected 9", "FM1116")),
    "a long row among many": (
        "b.csv",
        f"{HEADER}\n{(ROW + chr(10)) * 50_000}{ROW},more\n{(ROW + chr(10)) * 9}",
        ("b.csv:50002: the row has 10 fields; expected 9", "FM1116"),
    ),
    "an unclosed quote": (
        "b.csv",
        f'{HEADER}\n{ROW}\n"{ROW}\n{ROW}\n',
        ("b.csv:3: a quoted field is not closed, or something follows its quote", "FM1115"),
    ),
    "an unclosed quote in the header": (
        "b.csv",
        f'"{HEADER}\n{ROW}\n',
        ("b.csv:1: the header cannot be read", "FM1110"),
    ),
    "text behind a quote": ("b.csv", f'{HEADER}\n{ROW}\n"1.5"x{ROW[3:]}\n', ("b.csv:3: ", "quote", "FM1115")),
    "NUL in the header": ("b.csv", f"{HEADER},x_\0\n{ROW},1\n", ("b.csv:1: a NUL byte", "FM1110")),
    "mixed line ends": (
        "b.csv",
        f"{HEADER}\n{ROW}\n{ROW}\r\n{ROW}\n",
        ("b.csv:3: the line ends otherwise than the lines before it", "dos2unix", "FM1115"),
    ),
    "mixed line ends behind a quote": (
        "b.csv",
        f'{HEADER},Tags\n{ROW},"{{}}"\n{ROW},"{{}}"\r\n{ROW},"{{}}"\n',
        ("b.csv:3: the line ends otherwise than the lines before it", "dos2unix", "FM1115"),
    ),
    "a carriage return in a cell": (
        "b.csv",
        f'{HEADER},Tags\n{ROW},"{{}}"\n{ROW[:-3]}\r{ROW[-3:]},"{{}}"\n',
        ("b.csv:3: a carriage return that is not in quotes", "FM1115"),
    ),
    "mixed line ends in gzip": (
        "b.csv.gz",
        gz(f"{HEADER}\r\n{ROW}\r\n{ROW}\n"),
        ("b.csv.gz:3: the line ends otherwise than the lines before it", "FM1115"),
    ),
    "zip named csv": (
        "b.csv",
        b"PK\x03\x04rest",
        ("b.csv: the file is a ZIP archive or an Excel workbook", "Unpack it", "FM1104"),
    ),
    "an Excel 97 workbook": (
        "b.csv",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest",
        ("b.csv: the file is an Excel workbook of before 2007", "FM1104"),
    ),
    "html": ("b.csv", "<!DOCTYPE html><html>Sign in</html>", ("b.csv: the file is a web page", "FM1104")),
    "json of something else": (
        "b.csv",
        '[{"BilledCost": 1}]',
        ("b.csv:1: the file is not of the format focus", "it lacks the column ChargePeriodStart", "FM1123"),
    ),
    "binary": ("b.csv", bytes(range(256)) * 4, ("b.csv: the file is binary data, and no text", "FM1104")),
    "a picture": ("b.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ("b.csv: the file is a picture", "Take it out", "FM1104")),
    "a picture in gzip": (
        "b.csv.gz",
        gzip.compress(b"\xff\xd8\xff\xe0\0\x10JFIF", mtime=0),
        ("b.csv.gz: the file is a picture", "FM1104"),
    ),
    "parquet of three bytes": ("b.parquet", b"PAR1", ("b.parquet: the Parquet file cannot be read", "FM1106")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_file_is_refused_with_place_and_remedy_and_leaves_no_trace(loaded: Books, case: str) -> None:
    name, content, words = REFUSED[case]
    message = loaded.refused(loaded.write(f"exports/{name}", content))
    assert message.startswith("exports/b."), message
    place = 0
    for word in words:
        place = message.find(word, place)
        assert place >= 0, (word, message)
    assert words[-1] in message
    assert DOCS in message
    assert words[-1] in codes()
    assert len(message) < 700, message
