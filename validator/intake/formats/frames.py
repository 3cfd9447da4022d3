"""A Polars or pandas frame, an Arrow table or the bytes of a .parquet -> a raw table. Every cell becomes text, exactly."""

import io
import sys
from collections.abc import Sequence
from typing import Any

import polars as pl

from validator.intake.cells.cell import text_of
from validator.intake.formats.raw_table import DOUBLE_LIMIT, RawColumn, RawTable, column_of_values, refuse, table

_BEIJING = "Etc/GMT-8"
_MILLISECOND = 1_000_000


def read_parquet(data: bytes, name: str, file: str) -> RawTable:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the reader is not an Exception
        raise refuse("file-refused", f"the file cannot be read as Parquet: {str(error).splitlines()[0]}", None, file) from None
    return table_of_frame(frame, name, file)


def table_of_frame(frame: Any, name: str, file: str = "") -> RawTable:
    """A Polars, pandas or Arrow frame as a raw table. Raises DiagnosticError for any other object."""
    kind = type(frame).__module__.split(".")[0]
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, pl.DataFrame):
        return table(name, [_column(s.name, s, file) for s in frame])
    if kind == "pandas" and hasattr(frame, "iloc"):
        return table(name, _pandas(frame, file))
    if kind == "pyarrow" and hasattr(frame, "column_names"):
        return table(name, [_column(h, _series(frame.column(i)), file) for i, h in enumerate(frame.column_names)])
    raise refuse(
        "unknown-format",
        f"an object of type `{type(frame).__name__}` is not a table",
        "supply a path, a Polars or pandas frame or an Arrow table",
        file,
    )


def _series(column: Any) -> pl.Series:
    found = pl.from_arrow(column)
    return found if isinstance(found, pl.Series) else found.to_series()


def _column(header: str, cells: pl.Series, file: str) -> RawColumn:
    dtype = cells.dtype
    if dtype.is_float():
        return _floats(header, cells)
    if dtype.is_integer():
        return RawColumn(header, cells.cast(pl.String), cells.is_not_null())
    if dtype == pl.Object:
        return column_of_values(header, cells.to_list())
    return RawColumn(header, _texts(header, cells, file))


def _texts(header: str, cells: pl.Series, file: str) -> pl.Series:
    dtype = cells.dtype
    if isinstance(dtype, pl.Datetime):
        return _moments(cells, dtype)
    if dtype.is_nested() or isinstance(dtype, pl.Duration):
        raise refuse("foreign-schema", f"the column `{header}` holds {dtype}, which is not a single value", "supply flat columns", file)
    try:
        return cells.cast(pl.String)
    except pl.exceptions.PolarsError:
        raise refuse(
            "foreign-schema",
            f"the column `{header}` holds {dtype}, which cannot be turned into text",
            "supply text, numbers, dates or flags",
            file,
        ) from None


def _floats(header: str, cells: pl.Series) -> RawColumn:
    """Each double as its shortest decimal, 1400.0 as 1400. NaN is missing."""
    given = cells.fill_nan(None)
    texts = given.cast(pl.String).str.replace(r"\.0$", "")
    odd = texts.str.contains("e", literal=True).fill_null(False).arg_true()
    if len(odd):
        texts = texts.scatter(odd, pl.Series([text_of(v) for v in given.gather(odd).to_list()], dtype=pl.String))
    broken = (given.abs() >= DOUBLE_LIMIT).fill_null(False)
    return RawColumn(header, texts, given.is_not_null(), broken if broken.any() else None)


def _moments(cells: pl.Series, dtype: pl.Datetime) -> pl.Series:
    if dtype.time_zone is not None:
        cells = cells.dt.convert_time_zone(_BEIJING).dt.replace_time_zone(None)
    whole = (cells.dt.nanosecond() % _MILLISECOND == 0).all()
    return cells.dt.to_string("%Y-%m-%d %H:%M:%S%.3f" if whole else "%Y-%m-%d %H:%M:%S%.9f")


def _pandas(frame: Any, file: str) -> Sequence[RawColumn]:
    """The columns, and a named index as a column. An unnamed index is ignored."""
    if any(n is not None for n in frame.index.names):
        frame = frame.reset_index()
    return [_pandas_column(str(frame.columns[i]), frame.iloc[:, i], file) for i in range(len(frame.columns))]


def _pandas_column(header: str, cells: Any, file: str) -> RawColumn:
    if cells.dtype.kind in "biuf" and type(cells.dtype).__module__.startswith("numpy"):
        return _column(header, pl.Series(header, cells.to_numpy()), file)
    if cells.dtype.kind == "M" and getattr(cells.dtype, "tz", None) is None:
        return _column(header, pl.Series(header, cells.to_numpy()), file)
    missing = sys.modules["pandas"].isna(cells).tolist()
    return column_of_values(header, [None if blank else v for v, blank in zip(cells.tolist(), missing, strict=True)])
