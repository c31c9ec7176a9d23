"""Files that are odd but legal are kept, with findings; files that cannot be had at all are refused."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.books import CHARGE, DROP, HEADER, ROW, Books, bill, finmod, month, rows

LEGAL = {
    "utf-8 mark": "\ufeff" + bill({}),
    "utf-8 mark and quotes": '\ufeff"' + HEADER.replace(",", '","') + f'"\n{ROW}\n',
    "blank lines between rows": f"{HEADER}\n\n{ROW}\n\n\n",
    "dos line ends": bill({}).replace("\n", "\r\n"),
    "mac line ends": bill({}).replace("\n", "\r"),
    "no line end at the end": bill({}).rstrip("\n"),
    "a comma behind every row": f"{HEADER},\n{ROW},\n",
    "spaces round column names": HEADER.replace(",", " , ") + f"\n{ROW}\n",
    "other case": f"{HEADER.upper()}\n{ROW}\n",
    "cells in quotes": f'{HEADER}\n"' + ROW.replace(",", '","') + '"\n',
}


@pytest.mark.parametrize("case", LEGAL)
def test_odd_but_legal_file_is_read(books: Books, case: str) -> None:
    books.load(books.write("b.csv", LEGAL[case]))
    assert books.totals() == {"saas 2026-09": "1 1.500000000000"}
    assert books.query("SELECT ServiceName, BillingAccountId, x_Row FROM charges") == [
        {"ServiceName": "Storage", "BillingAccountId": "a1", "x_Row": 1}
    ]


def test_content_decides_and_not_the_name(books: Books, tmp_path: Path) -> None:
    pq.write_table(pa.table({name: [value] for name, value in CHARGE.items()}), tmp_path / "p")
    books.load(books.write("parquet.csv", (tmp_path / "p").read_bytes()))
    assert books.totals() == {"saas 2026-09": "1 1.500000000000"}
    books.load(books.write("plain.csv.gz", bill({}, {})), *DROP)
    assert books.totals() == {"saas 2026-09": "2 3.000000000000"}
    books.load(books.write("packed.csv", gzip.compress(bill({}, {}, {}).encode())), *DROP)
    assert books.totals() == {"saas 2026-09": "3 4.500000000000"}


def test_gzip_of_several_members_is_read_whole(books: Books) -> None:
    text = bill(*rows(3)).encode()
    books.load(books.write("b.csv.gz", gzip.compress(text[:100]) + gzip.compress(text[100:])))
    assert books.totals() == {"saas 2026-09": "3 6.000000000000"}


def test_short_rows_are_refused_until_accepted_and_then_found(loaded: Books) -> None:
    short = ",".join(list(CHARGE.values())[:-1])
    path = loaded.write("b.csv", f'{HEADER}\n{ROW}\n{short}\n{ROW[:-7]}"two\nlines"\n{short}\n')
    assert "b.csv:3: the row has 8 fields; expected 9" in loaded.refused(path)
    loaded.load(path, "--accept", "FM1116", *DROP)
    assert loaded.query("SELECT x_Row, ServiceName FROM charges ORDER BY x_Row") == [
        {"x_Row": 1, "ServiceName": "Storage"},
        {"x_Row": 2, "ServiceName": None},
        {"x_Row": 3, "ServiceName": "two\nlines"},
        {"x_Row": 4, "ServiceName": None},
    ]
    assert loaded.query("SELECT x_Source, x_Charges, x_Where FROM findings WHERE x_Code = 'FM1204'") == [
        {"x_Source": "saas", "x_Charges": 2, "x_Where": "b.csv:3"}
    ]


def test_whole_rows_make_no_finding_though_short_ones_are_accepted(books: Books) -> None:
    books.load(books.write("b.csv", bill({"ServiceName": ""})), "--accept", "FM1116")
    assert books.query("SELECT x_Code FROM findings WHERE x_Code = 'FM1204'") == []


def test_accepting_short_rows_accepts_no_long_ones(loaded: Books) -> None:
    path = loaded.write("b.csv", f"{HEADER}\n1.5,USD\n{ROW},more\n")
    assert "FM111" in loaded.refused(path, "--accept", "FM1116")


def test_refusals_that_are_accepted_load(books: Books) -> None:
    path = books.write("b.csv", bill({}, {"BillingCurrency": "EUR"}, {"ChargePeriodStart": "2026-11-05T00:00:00Z"}))
    books.load(path, "--accept", "FM1127", "--accept", "FM1128")
    assert books.query("SELECT BillingCurrency, sum(BilledCost) AS c FROM charges GROUP BY 1 ORDER BY 1") == [
        {"BillingCurrency": "EUR", "c": "1.500000000000"},
        {"BillingCurrency": "USD", "c": "3.000000000000"},
    ]


def test_unreadable_cells_become_null_and_a_finding_on_wish(books: Books, tmp_path: Path) -> None:
    pq.write_table(
        pa.table({**{n: [v] * 3 for n, v in CHARGE.items()}, "ListCost": [1.5, float("nan"), 2]}), tmp_path / "p"
    )
    books.load(books.write("b.parquet", (tmp_path / "p").read_bytes()), "--unreadable-as-null", "ListCost")
    assert [row["ListCost"] for row in books.query("SELECT ListCost FROM charges ORDER BY x_Row")] == [
        "1.500000000000",
        None,
        "2.000000000000",
    ]
    assert books.query("SELECT x_Charges, x_Where FROM findings WHERE x_Code = 'FM1203'") == [
        {"x_Charges": 1, "x_Where": "b.parquet, row 2"}
    ]


def test_findings_of_a_file_of_several_months_are_counted_once(books: Books) -> None:
    august, september = month(8), {**month(9), "ListCost": "n/a"}
    path = books.write("b.csv", bill(august, september, {**september, "ListCost": "?"}) + ROW + "\n")
    books.load(path, "--unreadable-as-null", "ListCost", "--accept", "FM1116")
    sql = "SELECT x_BillingPeriod, x_Code, x_Charges FROM findings WHERE x_Code IN ('FM1203', 'FM1204') ORDER BY 2"
    assert books.query(sql) == [
        {"x_BillingPeriod": "2026-09-01", "x_Code": "FM1203", "x_Charges": 2},
        {"x_BillingPeriod": "2026-08-01", "x_Code": "FM1204", "x_Charges": 1},
    ]


def test_mixed_currencies_are_found_across_files(loaded: Books) -> None:
    usd = loaded.write("new/usd.csv", bill({}, {}))
    eur = loaded.write("new/eur.csv", bill({"BillingCurrency": "EUR"}))
    message = loaded.refused(usd, eur)
    assert "one billing account is billed in USD and EUR in 2026-09" in message
    assert "new/eur.csv, row 1" in message


def test_column_that_finmod_fills_itself_is_told(books: Books) -> None:
    books.load(books.write("b.csv", bill({"x_Row": "77", "Team": "a"})))
    assert books.query("SELECT x_Row, x_Team FROM charges") == [{"x_Row": 1, "x_Team": "a"}]
    assert books.query("SELECT x_Code, x_Column FROM findings WHERE x_Code IN ('FM1202', 'FM1206') ORDER BY 1") == [
        {"x_Code": "FM1202", "x_Column": "x_Team"},
        {"x_Code": "FM1206", "x_Column": "x_Row"},
    ]


def test_two_columns_that_would_become_one_are_refused(loaded: Books) -> None:
    message = loaded.refused(loaded.write("b.csv", bill({"Team": "a", "x_team": "b"})))
    assert "b.csv:1: the columns 'Team' and 'x_team' are one and the same in the ledger" in message


def test_same_bytes_twice_in_one_load_are_refused(loaded: Books) -> None:
    one, two = (loaded.write(f"new/{name}.csv", bill({}, {})) for name in "ab")
    message = loaded.refused(one, two)
    assert message.startswith("new/b.csv: the file has the same content as new/a.csv; expected each file once")
    assert "FM1105" in message


def test_same_file_again_loads_nothing_and_says_so(loaded: Books) -> None:
    before = loaded.trace()
    said = loaded.load(loaded.root / "exports/good.csv")
    assert said.out == "saas: nothing to load, the ledger has its file already (ledger version 1).\n"
    assert loaded.trace() == before
    again = loaded.write("moved.csv", bill({}))
    assert "nothing to load" in loaded.load(again).out


def test_all_bad_files_are_told_at_once(loaded: Books) -> None:
    bad = [
        loaded.write("new/1.csv", ""),
        loaded.write("new/2.csv", HEADER),
        loaded.write("new/3.csv", bill({"BilledCost": "x"})),
    ]
    message = loaded.refused(*bad, loaded.write("new/4.csv", bill({}, {})))
    assert [line.split(":")[0] for line in message.splitlines() if line.startswith("new")] == ["new/1.csv", "new/2.csv"]
    message = loaded.refused(bad[2], loaded.write("new/4.csv", bill({"ListCost": "y"})))
    assert [line.split(";")[0] for line in message.splitlines() if line.startswith("new")] == [
        "new/3.csv, row 1: BilledCost is 'x'",
        "new/4.csv, row 1: ListCost is 'y'",
    ]


def test_the_damaged_one_of_several_files_is_named(loaded: Books, tmp_path: Path) -> None:
    columns = {**{n: [v] * 5000 for n, v in CHARGE.items()}, "ServiceName": [f"s{n * 7919}" for n in range(5000)]}
    pq.write_table(pa.table(columns), tmp_path / "p", compression="zstd", use_dictionary=False)
    whole = (tmp_path / "p").read_bytes()
    chunk = pq.ParquetFile(tmp_path / "p").metadata.row_group(0).column(list(CHARGE).index("ServiceName"))
    middle = chunk.data_page_offset + chunk.total_compressed_size // 2
    good, bad = (
        loaded.write("a.parquet", whole),
        loaded.write("b.parquet", whole[:middle] + bytes(64) + whole[middle + 64 :]),
    )
    message = loaded.refused(good, bad)
    assert message.startswith("b.parquet: the Parquet file cannot be read")


def bomb(piece: bytes, times: int, head: bytes = b"") -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    packed = [packer.compress(head)]
    packed += [packer.compress(piece) for _ in range(times)]
    return b"".join([*packed, packer.flush()])


@pytest.mark.parametrize("shape", ["rows", "one line", "many members"])
def test_gzip_that_expands_beyond_reason_is_stopped_early(loaded: Books, shape: str) -> None:
    piece = f"{ROW},{'x' * 2000}\n".encode() * 4_000
    head = f"{HEADER},x_Note\n".encode()
    content = {
        "rows": lambda: bomb(piece, 20, head),
        "one line": lambda: bomb(b"x" * (8 << 20), 20, head),
        "many members": lambda: gzip.compress(head) + gzip.compress(piece) * 20,
    }[shape]()
    message = loaded.refused(loaded.write("bomb.csv.gz", content))
    assert message.startswith("bomb.csv.gz: the gzip file expands to more than 300 times its size")
    assert "FM1113" in message


NAMES = [
    "it's.csv",
    'a "b".csv',
    "[a].csv",
    "a*b?.csv",
    "a b.csv",
    "a\nb.csv",
    "ä🙂\u202e.csv",
    "%41%20.csv",
    "#a.csv",
    "{0}.csv",
    "$a;b.csv",
    "-rf.csv",
    "=cmd.csv",
    "[red]x[/].csv",
    "a\\b.csv",
    "a\x1b[31m.csv",
    "x" * 251 + ".csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_file_name_works_and_is_kept(books: Books, name: str) -> None:
    said = books.load(books.write(f"exports/{name}", bill({})).parent)
    assert "\x1b" not in said.out
    assert books.query("SELECT x_File FROM charges UNION SELECT x_File FROM loads") == [{"x_File": f"exports/{name}"}]
    message = books.refused(books.write(f"bad/{name}", bill({"BilledCost": "x"})).parent)
    assert "FM1120" in message
    assert "\x1b" not in message
    assert len(message.splitlines()) == 2


def test_name_that_is_no_utf_8_is_refused(loaded: Books) -> None:
    path = loaded.write(os.fsdecode(b"new/b\xff.csv"), bill({}, {}))
    message = loaded.refused(path.parent)
    assert message.startswith("new/b?.csv: the name of the file is not UTF-8")
    assert "FM1102" in message


@pytest.mark.parametrize("path", ["x" * 300 + ".csv", "x/" * 3000 + "b.csv", "none/*.csv", "none"])
def test_path_that_names_nothing_is_refused(loaded: Books, path: str) -> None:
    message = loaded.refused(path)
    assert "no file is found at" in message
    assert "FM1101" in message


def test_folder_is_read_with_all_its_bills_and_an_empty_one_is_refused(loaded: Books) -> None:
    loaded.write("new/a.csv", bill({}, {}))
    loaded.write("new/deep/b.csv", bill({}, {}, {}))
    loaded.write("new/read.me", "no bill")
    loaded.load(loaded.root / "new", *DROP)
    assert loaded.totals() == {"saas 2026-09": "5 7.500000000000"}
    (loaded.root / "empty.csv").mkdir()
    assert "no file is found at" in loaded.refused(loaded.root / "empty.csv")


def refused_to_a_plain_user(books: Books, *paths: str) -> str:
    """Load by a process that permissions bind, as they do not bind root, and return the message."""
    bound = [] if os.geteuid() else ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    if bound and shutil.which("setpriv") is None:
        pytest.skip("root may read every file, and there is no setpriv")
    before = books.trace()
    command = [*bound, sys.executable, "-m", "finmod", "--project", str(books.root), "load", "--source", "part"]
    done = subprocess.run([*command, *paths], cwd=books.root, capture_output=True, text=True, check=False)
    if "setpriv:" in done.stderr:
        pytest.skip("root may read every file, and setpriv may not take that right away here")
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert books.trace() == before
    return done.stderr


def test_file_that_may_not_be_read_is_refused(loaded: Books) -> None:
    loaded.write("b.csv", bill({}, {})).chmod(0)
    message = refused_to_a_plain_user(loaded, "b.csv")
    assert message.startswith("b.csv: the file cannot be read (Permission denied)")
    assert "FM1102" in message


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("bills", "bills/2026-10: the folder"),
        ("bills/*/*.csv", "bills/2026-10: the folder"),
        ("bills/**", "bills/2026-10: the folder"),
        ("bills/*/b.csv", "bills/2026-10: the folder"),
        ("bills/2026-10", "bills/2026-10: the folder"),
        ("bills/2026-10/b.csv", "bills/2026-10/b.csv: the file"),
        ("bills/2026-10/*.csv", "bills/2026-10: the folder"),
    ],
)
def test_bill_in_a_closed_folder_is_refused_and_not_passed_over(loaded: Books, path: str, told: str) -> None:
    loaded.write("bills/2026-09/b.csv", bill({}, {}))
    closed = loaded.write("bills/2026-10/b.csv", bill({}, {}, {})).parent
    closed.chmod(0)
    try:
        message = refused_to_a_plain_user(loaded, path)
    finally:
        closed.chmod(0o700)
    assert message.startswith(f"{told} cannot be read (Permission denied).")
    assert "FM1102" in message


def test_linked_folder_counts_for_a_folder_as_for_a_glob(books: Books) -> None:
    books.write("bills/09/b.csv", bill({}))
    books.write("archive/10/b.csv", bill({}, {}))
    (books.root / "bills" / "10").symlink_to("../archive/10")
    books.load(books.root / "bills")
    assert books.totals() == {"saas 2026-09": "3 4.500000000000"}
    assert "nothing to load" in books.load(books.root / "bills/*/*.csv").out


def test_packed_copy_beside_its_bill_is_refused(loaded: Books) -> None:
    loaded.write("in/a.csv", bill({}, {}))
    loaded.write("in/a.csv.gz", gzip.compress(bill({}, {}).encode()))
    message = loaded.refused(loaded.root / "in")
    assert message.startswith("in/a.csv.gz: the file has the same content as in/a.csv; expected each file once")
    assert "FM1105" in message


@pytest.mark.parametrize(
    "folder", ["with space", "it's", 'a"b', "#hash", "100%", "a[b]*?", "ä🙂", "{0}", "a;b&c", "x=1"]
)
def test_project_folder_of_any_name_works(tmp_path: Path, folder: str) -> None:
    books = Books(tmp_path / folder)
    books.load(books.write("b.csv", bill({})))
    books.load(books.write("b.csv", bill({}, {})))
    assert books.totals() == {"saas 2026-09": "2 3.000000000000"}
    assert books.run("check").code in (0, 1)
    assert "2 charges" in books.run("status").out
    assert books.run("export", "focus", "--to", books.root / "out.csv").code == 0
    assert books.query("SELECT sum(BilledCost) AS c FROM charges", "--as-of", "1") == [{"c": "1.500000000000"}]


def test_folder_that_delta_lake_cannot_read_is_refused(tmp_path: Path) -> None:
    books = Books(tmp_path / "a%20b")
    message = books.refused(books.write("b.csv", bill({})))
    assert "the path of the ledger has a percent sign before two hexadecimal digits" in message
    assert "Rename the folder. (FM1504" in message


def test_broken_settings_are_told_with_their_place(loaded: Books) -> None:
    loaded.write("finmod.yaml", "name: a\nname: b\ncurrency: USD\n")
    said = loaded.run("load")
    assert said.code == 1
    assert "finmod.yaml:2" in said.err
    assert "Traceback" not in said.err


def test_unknown_format_is_refused(loaded: Books) -> None:
    said = loaded.run("load", "--format", "fokus", loaded.root / "exports/good.csv")
    assert said.code == 1
    assert "Did you mean" in said.err


def test_a_real_process_says_the_same(loaded: Books) -> None:
    path = loaded.write("b.csv", bill({"BilledCost": "n/a"}))
    done = subprocess.run(
        [sys.executable, "-m", "finmod", "--project", str(loaded.root), "load", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("b.csv, row 1: BilledCost is 'n/a'; expected a number that fits DECIMAL(38,12).")
    assert finmod("--project", loaded.root, "load", path).err == done.stderr
