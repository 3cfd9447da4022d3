"""One book in every format: the same frames, the same issues; only rows and the digest may differ."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xlsxwriter

from tests.shared import SHARED, needs_shared
from validator.intake import read_archive, read_book
from validator.intake.book.book import Book
from validator.vocabulary.vocabulary import Vocabulary

HEADER = [
    "投资者代码",
    "配售对象代码",
    "配售对象名称",
    "申购价格(元/股)",
    "拟申购数量(万股)",
    "申报时间",
    "申报序号",
    "是否改价",
    "资产规模",
]
AT = datetime(2026, 3, 30, 14, 49, 12, 152_000)
ROWS: list[list[Any]] = [
    ["V1", "P1", "甲,乙", 51.38, 1400.0, AT, 1, True, 103770999.9999],
    ["V1", "P2", '引"号', 51.4, 570.5, AT.replace(microsecond=0), 2, False, None],
    ["V2", "P3", "= 1", 0.1, 10.0, AT.replace(hour=9, minute=30, second=0, microsecond=0), 3, None, 10**13],
]
WANTED = [
    ("P1/1", 513_800, 14_000_000, 1_774_882_152_152, 1, True, 1_037_709_999_999),
    ("P2/2", 514_000, 5_705_000, 1_774_882_152_000, 2, False, None),
    ("P3/3", 1_000, 100_000, 1_774_863_000_000, 3, None, 10**17),
]


def text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03}"
    return "" if value is None else ("是" if value else "否") if isinstance(value, bool) else str(value)


def as_csv() -> str:
    quoted = [[text(c) for c in row] for row in [HEADER, *ROWS]]
    return "\r\n".join(",".join('"' + c.replace('"', '""') + '"' if set(c) & set(',"') else c for c in row) for row in quoted) + "\r\n"


def as_records() -> list[dict[str, Any]]:
    return [{h: text(c) if isinstance(c, datetime) else c for h, c in zip(HEADER, row, strict=True)} for row in ROWS]


def as_frame() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=HEADER, orient="row", strict=False)


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        clock = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(at, column, cell, clock)
                    elif isinstance(cell, str):
                        sheet.write_string(at, column, cell)
                    elif cell is not None:
                        sheet.write(at, column, cell)


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def csv_folder(p: Path) -> Path:
    (p / "报价.csv").write_bytes(as_csv().encode("gb18030"))
    (p / "README.md").write_text("notes")
    (p / ".hidden").write_text("x")
    return p


def xlsx(p: Path, name: str = "Sheet1") -> Path:
    workbook(p / "book.xlsx", {name: [HEADER, *ROWS]})
    return p / "book.xlsx"


def parquet(p: Path) -> Path:
    as_frame().write_parquet(p / "b.parquet")
    return p / "b.parquet"


FORMATS: dict[str, Callable[[Path], object]] = {
    "csv utf-8": lambda p: write(p / "b.csv", as_csv()),
    "csv with BOM": lambda p: write(p / "b.csv", as_csv().encode("utf-8-sig")),
    "csv GB18030": lambda p: write(p / "b.csv", as_csv().encode("gb18030")),
    "csv with bare line feeds": lambda p: write(p / "b.CSV", as_csv().replace("\r\n", "\n").rstrip()),
    "csv with old line ends": lambda p: write(p / "b.csv", as_csv().replace("\r\n", "\r")),
    "csv by its path as text": lambda p: str(write(p / "b.csv", as_csv())),
    "csv as name and bytes": lambda p: ("b.csv", as_csv().encode()),
    "folder": csv_folder,
    "xlsx": xlsx,
    "xlsx with a named sheet": lambda p: xlsx(p, "报价"),
    "parquet": parquet,
    "json": lambda p: write(p / "b.json", json.dumps(as_records(), ensure_ascii=False)),
    "json of tables": lambda p: write(p / "b.json", json.dumps({"bids": as_records()})),
    "json lines": lambda p: write(p / "b.jsonl", "\n".join(json.dumps(r) for r in as_records()) + "\n"),
    "zip": lambda p: zipped(p / "b.zip", {"book/bids.csv": as_csv(), "__MACOSX/bids.csv": "x", "book/": "", "book/.DS_Store": "x"}),
    "zip of parquet": lambda p: zipped(p / "b.zip", {"报价.parquet": parquet(p).read_bytes()}),
    "polars": lambda p: as_frame(),
    "polars lazy": lambda p: as_frame().lazy(),
    "polars with time zone": lambda p: as_frame().with_columns(
        pl.col("申报时间").dt.replace_time_zone("Etc/GMT-8").dt.convert_time_zone("UTC")
    ),
    "polars nanoseconds": lambda p: as_frame().with_columns(pl.col("申报时间").cast(pl.Datetime("ns")), pl.col("申报序号").cast(pl.Int8)),
    "polars decimals": lambda p: as_frame().with_columns(pl.col("申购价格(元/股)").cast(pl.Decimal(18, 4))),
    "polars categories": lambda p: as_frame().with_columns(pl.col("投资者代码").cast(pl.Categorical)),
    "polars text": lambda p: pl.DataFrame([[text(c) for c in row] for row in ROWS], schema=HEADER, orient="row"),
    "pandas": lambda p: pd.DataFrame(ROWS, columns=HEADER),
    "pandas with a named index": lambda p: pd.DataFrame(ROWS, columns=HEADER).set_index("配售对象代码"),
    "pandas objects": lambda p: pd.DataFrame(ROWS, columns=HEADER, dtype=object),
    "pandas new types": lambda p: pd.DataFrame(ROWS, columns=HEADER).convert_dtypes(),
    "pandas with time zone": lambda p: pd.DataFrame(ROWS, columns=HEADER).assign(
        申报时间=lambda f: f["申报时间"].dt.tz_localize("Asia/Shanghai").dt.tz_convert("UTC")
    ),
    "arrow": lambda p: as_frame().to_arrow(),
    "tables by name": lambda p: {"bids": as_records()},
    "frames by name": lambda p: {"报价": as_frame()},
    "records": lambda p: as_records(),
}


def seen(book: Book) -> list[tuple[Any, ...]]:
    names = ["^id", "price", "quantity", "submitted_at", "sequence", "amended", "declared_assets"]
    return list(book.frames["bid"].select(names).rows())


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_the_same_book(form: str, tmp_path: Path, vocabulary: Vocabulary) -> None:
    book = read_book(FORMATS[form](tmp_path), vocabulary)
    assert book.issues == ()
    assert book.unknown_columns == ()
    assert seen(book) == WANTED
    assert book.frames["bid"]["^row"].to_list() == [2, 3, 4]
    assert book.frames["placee"].select("^id", "placee_name").rows() == [("P1", "甲,乙"), ("P2", '引"号'), ("P3", "= 1")]
    assert book.frames["placee"]["^investor"].to_list() == [0, 0, 1]
    assert book.records == {"bid": 3}
    assert book.digest.startswith("sha256:") and len(book.digest) == 71


def test_the_digest_is_what_sha256sum_prints(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = write(tmp_path / "b.csv", as_csv())
    assert read_book(path, vocabulary).digest == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder_and_its_zip_have_one_digest_and_other_files_take_no_part(tmp_path: Path, vocabulary: Vocabulary) -> None:
    files: dict[str, str | bytes] = {"bids.csv": as_csv(), "placees.csv": "placee\nP1\nP2\nP3\n"}
    folder = tmp_path / "book"
    folder.mkdir()
    for name, data in files.items():
        write(folder / name, data)
    listing = "".join(f"{hashlib.sha256(str(d).encode()).hexdigest()}  {n}\n" for n, d in sorted(files.items()))
    wanted = "sha256:" + hashlib.sha256(listing.encode()).hexdigest()
    assert read_book(folder, vocabulary).digest == wanted
    assert read_book(zipped(tmp_path / "b.zip", dict(reversed(files.items())) | {"x/notes.md": "n"}), vocabulary).digest == wanted


def test_the_digest_of_a_frame_speaks_of_its_content(vocabulary: Vocabulary) -> None:
    digests = [
        read_book(f, vocabulary).digest
        for f in (
            as_frame(),
            as_frame().reverse(),
            as_frame().with_columns(pl.lit("V9").alias("投资者代码")),
            as_frame().rename({"申报序号": "sequence"}),
        )
    ]
    assert len(set(digests)) == 4
    assert digests[0] == read_book(as_frame(), vocabulary).digest == read_book(as_frame().to_arrow(), vocabulary).digest


def test_a_workbook_has_a_sheet_per_table(tmp_path: Path, vocabulary: Vocabulary) -> None:
    placees = [["配售对象代码", "成立日期"], ["P1", "2020-05-21"], ["P2", "2020-05-22"], ["P3", "2020-05-23"]]
    workbook(tmp_path / "b.xlsx", {"说明": [["任意文字"], ["更多"]], "报价": [HEADER, *ROWS], "placees": placees, "空表": []})
    book = read_book(tmp_path / "b.xlsx", vocabulary)
    assert seen(book) == WANTED
    assert [(i.code, i.text, i.message.zh) for i in book.issues] == [("unknown-table", "说明", "不认识表“说明”,其1条记录未读取")]
    assert book.records == {"bid": 3, "placee": 3}
    assert book.frames["placee"]["established"].to_list() == [18_403, 18_404, 18_405]


def test_json_numbers_are_read_by_their_digits(tmp_path: Path, vocabulary: Vocabulary) -> None:
    numbers = ["25.3100000000000000000000001", "25.310000000000000000000000", "99999.99990", "0.1e1", "1E400", "1" * 5000, "NaN", "-0"]
    rows = ",".join(f'{{"placee": "P{i}", "price": {n}}}' for i, n in enumerate(numbers))
    book = read_book(write(tmp_path / "b.json", f"[{rows}]"), vocabulary)
    assert book.frames["bid"]["price"].to_list() == [None, 253_100, 999_999_999, 10_000, None, None, None, 0]
    assert [i.row for i in sorted(book.issues, key=lambda i: i.row or 0)] == [2, 6, 7, 8]


def test_json_lines_count_from_row_two_and_blank_lines_count(tmp_path: Path, vocabulary: Vocabulary) -> None:
    book = read_book(write(tmp_path / "b.jsonl", '{"placee": "P1", "price": "x"}\n\n{"placee": "P2", "price": "y"}\n\n'), vocabulary)
    assert [(i.code, i.row) for i in book.issues] == [("blank-rows", 3), ("unreadable", 2), ("unreadable", 4)]


def test_one_file_of_a_folder_may_be_a_workbook(tmp_path: Path, vocabulary: Vocabulary) -> None:
    workbook(tmp_path / "bids.xlsx", {"Sheet1": [HEADER, *ROWS]})
    write(tmp_path / "placees.json", '[{"placee": "P1"}, {"placee": "P2"}, {"placee": "P3"}]')
    book = read_book(tmp_path, vocabulary)
    assert seen(book) == WANTED and book.records == {"bid": 3, "placee": 3} and book.issues == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_unit_may_be_the_only_chinese_word_of_a_file(encoding: str, tmp_path: Path, vocabulary: Vocabulary) -> None:
    """`元` in GB18030 is a Cyrillic letter in UTF-8."""
    book = read_book(write(tmp_path / "b.csv", "placee,price(元),sequence\nP1,10.5,1\n".encode(encoding)), vocabulary)
    assert (book.issues, book.frames["bid"]["price"].to_list()) == ((), [105_000])


def test_names_in_a_zip_may_be_in_gb18030(tmp_path: Path, vocabulary: Vocabulary) -> None:
    plain = zipped(tmp_path / "b.zip", {"AABB.csv": as_csv()}).read_bytes()
    book = read_book(write(tmp_path / "c.zip", plain.replace(b"AABB.csv", "报价".encode("gb18030") + b".csv")), vocabulary)
    assert seen(book) == WANTED and book.issues == ()


def test_an_archive_of_offerings_is_one_table(tmp_path: Path, vocabulary: Vocabulary) -> None:
    header = "offering,board,online_multiple,total_shares(万股),eliminated_share_announced(%)"
    text = f"{header}\n688002,sse-star,1659.6539,6000,10.3491\n001391,x,,,\n"
    book = read_archive(write(tmp_path / "any.csv", text), vocabulary)
    assert book.frames["offering"].select("^row", "^id", "online_multiple", "total_shares", "eliminated_share_announced").rows() == [
        (3, "001391", None, None, None),
        (2, "688002", 1_659_653_900, 60_000_000, 103_491_000_000),
    ]
    assert [(i.code, i.table, i.row, i.column) for i in book.issues] == [("unreadable", "offerings", 3, "board")]


@needs_shared
def test_the_shared_archive_is_read_whole(vocabulary: Vocabulary) -> None:
    book = read_archive(SHARED / "cases" / "offerings" / "offerings.csv", vocabulary)
    assert book.frames["offering"].height == 593
    assert book.issues == () and book.unknown_columns == ()


def test_locale_and_time_zone_change_nothing(tmp_path: Path, vocabulary: Vocabulary) -> None:
    code = (
        "import sys; from validator.intake import read_book; from validator.vocabulary.layers import rules_folder;"
        "from validator.vocabulary.vocabulary_file import load_vocabulary;"
        "b = read_book(sys.argv[1], load_vocabulary(rules_folder())); print(b.frames['bid'].rows(), b.issues, b.digest)"
    )
    path = str(xlsx(tmp_path))
    runs = [{"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}, {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"}]
    out = {
        subprocess.run([sys.executable, "-X", "utf8", "-c", code, path], check=True, capture_output=True, env={**os.environ, **env}).stdout
        for env in runs
    }
    assert len(out) == 1


def test_a_parquet_of_bytes_columns_is_read(tmp_path: Path, vocabulary: Vocabulary) -> None:
    buffer = io.BytesIO()
    pl.DataFrame({"placee": [b"P1"], "price": ["10"]}).write_parquet(buffer)
    assert read_book(("b.parquet", buffer.getvalue()), vocabulary).frames["bid"]["^id"].to_list() == ["P1/#1"]


def test_float32_is_read_by_its_shortest_decimal(vocabulary: Vocabulary) -> None:
    frame = pl.DataFrame({"placee": ["P1"], "price": pl.Series([51.38], dtype=pl.Float32)})
    assert read_book(frame, vocabulary).frames["bid"]["price"].to_list() == [513_800]
    assert read_book(pa.table({"placee": ["P1"], "price": pa.array([51.38], pa.float32())}), vocabulary).frames["bid"][
        "price"
    ].to_list() == [513_800]
