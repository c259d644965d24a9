"""A run's rows as a pandas frame."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Union

from .errors import ReadError

if TYPE_CHECKING:
    import pandas as pd

DATABASE = "audit.duckdb"


def read_results(run: Union[str, Path], table: str = "audit_rows") -> "pd.DataFrame":
    """The rows of a run.

    Columns and units are those of ``docs/run-folder.md``: lengths are L2, margins in input units, r in output units; a bound that
    is infinite is ``inf``, a margin that was not found (``margin_censored``) or not asked for is NaN.

    Args:
        run: a run folder, which may be read while no audit writes to it; or a file that ``margrave export`` wrote (CSV, Parquet or JSON).
        table: of a run folder: ``audit_rows`` (one row a model, point and r), ``attack_rows`` (one row a model, attack, point, target and
            weight: what ``margrave export --table attacks`` writes) or one of ``models``, ``tasks``, ``points``, ``clean``, ``margins``, ``breaks``,
            ``attacks`` (the audit's own maximum-damage attack), ``curves``, ``suite``, ``suite_within``, ``quality``, ``checks``.

    Raises:
        ReadError: where there is no such run, file or table.
    """
    try:
        import pandas
    except ImportError as e:
        raise ReadError("want pandas, got none: pip install 'margrave-export[results]'") from e
    place = Path(run)
    if place.is_dir():
        return _database(place / DATABASE, table)
    if not place.is_file():
        raise ReadError(f"want a run folder or an exported file, got {place}, which is neither")
    if table != "audit_rows":
        raise ReadError(f"want a run folder for the table {table}, got the file {place}")
    try:
        if place.suffix == ".parquet":
            return pandas.read_parquet(place)
        if place.suffix == ".json":
            return _infinite(pandas.read_json(place))
        if place.suffix == ".csv":
            return pandas.read_csv(place)
    except ImportError as e:
        raise ReadError(f"{place}: want a reader of Parquet, got none: pip install 'margrave-export[results]'") from e
    except (ValueError, OSError) as e:
        raise ReadError(f"{place}: want what margrave export wrote, got {str(e).splitlines()[0]}") from e
    raise ReadError(f"want a run folder, or a file ending in .csv, .parquet or .json, got {place}")


def _database(file: Path, table: str) -> "pd.DataFrame":
    if not file.is_file():
        raise ReadError(f"want a run folder with {DATABASE}, got {file.parent}: margrave audit makes one")
    if not re.fullmatch(r"[a-z_]{1,40}", table):
        raise ReadError(f"want the name of a table, got '{table[:40]}'")
    try:
        import duckdb
    except ImportError as e:
        raise ReadError("want duckdb, got none: pip install 'margrave-export[results]', or margrave export RUN --out rows.csv") from e
    try:
        connection = duckdb.connect(str(file), read_only=True, config={"enable_external_access": "false"})
    except duckdb.Error as e:
        raise ReadError(f"{file}: want a run that no other process holds open, got {_first(e)}: wait for the audit to end, or use "
                        "margrave export") from e
    try:
        frame: pd.DataFrame = connection.execute(f'SELECT * FROM "{table}"').df()
        return frame
    except duckdb.Error as e:
        raise ReadError(f"{file}: want the table {table}, got {_first(e)}") from e
    finally:
        connection.close()


def _infinite(frame: "pd.DataFrame") -> "pd.DataFrame":
    """JSON has no infinity: margrave writes the text."""
    for column in frame.columns:
        texts = frame[column].isin(["Infinity", "-Infinity"])
        if bool(texts.any()):
            frame[column] = frame[column].astype(float)
    return frame


def _first(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
