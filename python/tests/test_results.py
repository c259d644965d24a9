"""A run's rows: from its folder, and from each format that margrave export writes."""

from __future__ import annotations

import gzip
import math

import pytest
from conftest import NATIVE

pandas = pytest.importorskip("pandas")

from margrave_export import ReadError, read_results  # noqa: E402


@pytest.fixture
def run(tmp_path):
    pytest.importorskip("duckdb")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "audit.duckdb").write_bytes(gzip.decompress((NATIVE / "audit.duckdb.gz").read_bytes()))
    return tmp_path / "run"


def same(one, other):
    one, other = (frame.sort_values(["model", "point", "r"]).reset_index(drop=True) for frame in (one, other))
    assert list(one.columns) == list(other.columns) and len(one) == len(other) == 24
    for column in one.columns:
        if pandas.api.types.is_numeric_dtype(one[column].dtype) and pandas.api.types.is_numeric_dtype(other[column].dtype):
            pandas.testing.assert_series_equal(one[column].astype(float), other[column].astype(float), rtol=1e-12)
        else:
            pairs = zip(one[column], other[column])
            assert all(a == b or (pandas.isna(a) and pandas.isna(b)) for a, b in pairs), column


def test_the_folder_and_every_export_hold_the_same_rows(run):
    rows = read_results(run)
    same(rows, read_results(NATIVE / "rows.csv"))
    same(rows, read_results(NATIVE / "rows.json"))
    pytest.importorskip("pyarrow")
    same(rows, read_results(NATIVE / "rows.parquet"))


def test_a_row_can_be_computed_with(run):
    rows = read_results(run)
    assert set(rows["model"]) == {"mlp", "conv"} and set(rows["r"]) == {4.0, 6.0}
    assert (rows["bound_frobenius"] <= rows["bound_spectral"]).all() and (rows["bound_spectral"] <= rows["bound_whitened"]).all()
    assert (rows["margin_upper"].isna() == rows["margin_censored"].astype(bool)).all()


def test_other_tables_come_by_name(run):
    margins = read_results(run, "margins")
    assert {"method", "side", "kind", "guarantee", "value"} <= set(margins.columns)
    assert len(read_results(run, "models")) == 2
    with pytest.raises(ReadError, match="want the table nothing"):
        read_results(run, "nothing")
    with pytest.raises(ReadError, match="name of a table"):
        read_results(run, 'margins"; DROP TABLE margins; --')


def test_infinity_in_json_is_infinity(tmp_path):
    (tmp_path / "rows.json").write_text('[{"model": "a", "r": 1, "bound_whitened": "Infinity"}, {"model": "a", "r": 2, "bound_whitened": 0.5}]')
    assert list(read_results(tmp_path / "rows.json")["bound_whitened"]) == [math.inf, 0.5]


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(ReadError, match="margrave audit makes one"):
        read_results(tmp_path)
    with pytest.raises(ReadError, match="neither"):
        read_results(tmp_path / "none")
    (tmp_path / "rows.txt").write_text("")
    with pytest.raises(ReadError, match="ending in"):
        read_results(tmp_path / "rows.txt")
    pytest.importorskip("duckdb")
    (tmp_path / "audit.duckdb").write_bytes(b"nothing of the kind" * 1000)
    with pytest.raises(ReadError):
        read_results(tmp_path)
