# SPDX-License-Identifier: Apache-2.0
"""Comparisons, profiles, monitors and sketches as a user meets them."""
import math
import random
import threading

import numpy as np
import pytest
from conftest import made_table

import libdrift


def head(table, n):
    return {name: values[:n] for name, values in table.items()}


class TestCompare:
    def test_attributes_and_document(self):
        result = libdrift.compare(made_table(), made_table(seed=2, shift=0.5))
        assert result.drift and result.verdict == "drift" and result.drifted == ["x"]
        column = result.columns["x"]
        assert column.statistics["psi"].value > 0.1
        assert column.statistics["ks"].low <= column.statistics["ks"].high
        assert column.statistics["psi"].p_value is None
        document = result.to_dict()
        assert document["format"] == "drift.comparison/1" and document["tested"] == 5
        assert document["policy"] == {"preset": "default", "alpha": 0.01, "correction": "holm",
                                      "min_effect": 0.1}
        assert [c["name"] for c in document["columns"]] == ["x", "y", "n", "flag", "word"]

    def test_identical_data_is_zero(self):
        for column in libdrift.compare(made_table(), made_table()).columns.values():
            assert column.verdict == "stable"
            assert column.statistics["psi"].value == 0 and column.statistics["js"].value == 0

    def test_report_is_one_page(self, tmp_path):
        result = libdrift.compare(made_table(), made_table(seed=2))
        page = result.to_html(tmp_path / "report.html")
        assert (tmp_path / "report.html").read_text() == page
        assert page.startswith("<!doctype html>") and "http" not in page.replace("http-equiv", "")
        assert len(page) < 8000 * 5 + 9000
        assert result._repr_html_().startswith("<iframe srcdoc=")

    def test_hostile_names_are_escaped(self):
        name = '<script>alert(1)</script>"\'&\n\u202e'
        table = {name: np.arange(1000.0) % 17}
        page = libdrift.compare(table, table).to_html()
        assert "<script>alert" not in page and "\u202e" not in page.split("<script type")[0]
        assert list(libdrift.compare(table, table).columns) == [name]

    @pytest.mark.parametrize("options", [{"alpha": 0}, {"alpha": 1.5}, {"alpha": math.nan},
                                         {"preset": "evidently"}, {"preset": "?"},
                                         {"correction": "?"}, {"min_effect": -1},
                                         {"columns": "nope"}, {"label": "nope"}])
    def test_wrong_options(self, options):
        with pytest.raises(libdrift.DriftError) as caught:
            libdrift.compare(made_table(), made_table(), **options)
        assert "\n" not in str(caught.value) and len(str(caught.value)) > 10

    def test_roles_and_selection(self):
        result = libdrift.compare(made_table(), made_table(seed=2), columns=["x", "y"], exclude="y")
        assert result.columns["y"].verdict == "skipped" and result.columns["n"].verdict == "skipped"
        assert result.to_dict()["tested"] == 1

    def test_a_ready_profile_takes_options_too(self):
        reference = libdrift.Profile.from_data(made_table())
        result = libdrift.compare(reference, made_table(seed=2), exclude="x")
        assert result.columns["x"].verdict == "skipped"
        assert libdrift.compare(reference, made_table(seed=2)).columns["x"].verdict == "stable"


def test_the_index_of_a_frame_is_no_column():
    import pandas as pd
    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=8000)})
    before, after = frame.iloc[:4000].sample(frac=1, random_state=1), frame.iloc[4000:]
    for reference, current in ((before, after), (frame.iloc[:4000], after.sample(frac=1)),
                               (before.rename_axis("row"), after)):
        result = libdrift.compare(reference, current)
        assert list(result.columns) == ["x"] and result.verdict == "stable" and not result.findings


@pytest.mark.parametrize("change, kind, verdict", [
    (lambda t: t.update(x=np.where(np.arange(3000) % 2, t["x"], np.nan)), "missing_rate", "drift"),
    (lambda t: t.update(x=np.full(3000, np.nan)), "missing_rate", "drift"),
    (lambda t: t.update(x=np.concatenate([np.full(5, np.inf), np.full(5, -np.inf), t["x"][10:]])),
     "infinite", "minor"),
    (lambda t: t.update(x=np.full(3000, np.inf)), "infinite", "drift"),
    (lambda t: t.update(x=[v if k % 2 else "ERR" for k, v in enumerate(t["x"])]), "type", "drift"),
    (lambda t: t.update(word=np.where(np.arange(3000) % 10 < 3, "unseen!", t["word"])), "unseen",
     "drift"),
    (lambda t: t.pop("x"), "missing_column", "drift"),
    (lambda t: t.update(x=np.array(["a", "b"] * 1500)), "type", "drift"),
    (lambda t: t.update(word=np.arange(3000) * 0.5), "type", "drift"),
    (lambda t: t.update(word=[k if k % 2 else "red" for k in range(3000)]), "type", "drift"),
])
def test_changes_that_peers_miss(change, kind, verdict):
    current = made_table(seed=2)
    change(current)
    result = libdrift.compare(made_table(), current)
    changed = "word" if kind == "unseen" or (kind == "type" and "x" in current
                                             and getattr(current["x"], "dtype", np.dtype("O")).kind == "f") else "x"
    assert any(f["kind"] == kind and f["column"] == changed for f in result.findings), result.findings
    assert result.columns[changed].verdict == verdict, result.columns[changed].rule
    for name, column in result.columns.items():
        if name != changed:
            assert column.verdict == "stable", (name, column.rule)


def test_constant_no_rows_one_row_huge_integers():
    constant = dict(made_table(), x=np.full(3000, 3.0))
    assert libdrift.compare(constant, dict(made_table(seed=2), x=np.full(3000, 3.0))
                            ).columns["x"].verdict == "stable"
    assert libdrift.compare(constant, dict(made_table(seed=2), x=np.full(3000, 4.0))
                            ).columns["x"].verdict == "drift"
    assert libdrift.compare(made_table(), head(made_table(seed=2), 0)).verdict == "insufficient"
    assert libdrift.compare(made_table(), head(made_table(seed=2), 1)).verdict == "insufficient"
    base = 2**62
    low = {"k": base + np.random.default_rng(1).integers(0, 1000, 3000)}
    high = {"k": base + 5000 + np.random.default_rng(2).integers(0, 1000, 3000)}
    assert libdrift.compare(low, high).drifted == ["k"]
    assert libdrift.compare(low, low).verdict == "stable"


class TestProfile:
    def test_bytes_files_and_damage(self, tmp_path):
        profile = libdrift.Profile.from_data(made_table())
        profile.save(tmp_path / "p.drift")
        assert bytes(libdrift.Profile.load(tmp_path / "p.drift")) == bytes(profile)
        assert profile.rows == 3000 and profile.columns == ["x", "y", "n", "flag", "word"]
        damaged = bytearray(bytes(profile))
        damaged[len(damaged) // 2] ^= 1
        for wrong in (bytes(damaged), bytes(profile)[:-1], b"", b"nonsense" * 10):
            (tmp_path / "d.drift").write_bytes(wrong)
            with pytest.raises(libdrift.DriftError, match="d.drift"):
                libdrift.Profile.load(tmp_path / "d.drift")

    def test_shards_merge_in_any_order_to_the_same_bytes(self):
        table, rng = made_table(10000, seed=5), np.random.default_rng(0)
        reference = libdrift.Profile.from_data(made_table())
        whole = libdrift.Profile.from_data(table, reference)
        parts = np.array_split(rng.permutation(10000), 10)
        shards = [bytes(libdrift.Profile.from_data({k: v[p] for k, v in table.items()}, reference))
                  for p in parts]
        for _ in range(3):
            merged = None
            for k in rng.permutation(10):
                part = libdrift.Profile.from_bytes(shards[k])
                if merged is None:
                    merged = part
                else:
                    merged.merge(part)
            assert bytes(merged) == bytes(whole)
        with pytest.raises(libdrift.DriftError):
            merged.merge(libdrift.Profile.from_data(table))

    def test_lengths_must_agree(self):
        with pytest.raises(libdrift.DriftError, match="different lengths"):
            libdrift.Profile.from_data({"a": [1.0, 2.0], "b": [1.0]})
        with pytest.raises(TypeError):
            libdrift.Profile.from_data(42)


class TestMonitor:
    def test_alerts_by_batch_and_row(self):
        reference, seen = libdrift.Profile.from_data(made_table()), []
        with libdrift.Monitor(reference, window=1000, on_alert=seen.append) as monitor:
            monitor.observe_batch(made_table(2000, seed=2))
            monitor.poll()
            assert not seen and monitor.windows == 2
            shifted = made_table(1000, seed=3, shift=2)
            for k in range(1000):
                monitor.observe({name: values[k] for name, values in shifted.items()})
            monitor.poll()
            assert [a.column for a in seen] == ["x"] and seen[0].window == 3
            assert seen[0].change_row == 2001 and seen[0].row == 3000
            assert monitor.rows == 3000 and monitor.dropped == 0

    def test_exception_in_a_callback_reaches_poll(self):
        def fail(alert):
            raise RuntimeError("retraining failed")
        with libdrift.Monitor(libdrift.Profile.from_data(made_table()), window=1000,
                              on_alert=fail) as monitor:
            monitor.observe_batch(made_table(1000, seed=3, shift=2))
            with pytest.raises(RuntimeError, match="retraining failed"):
                monitor.poll()
            monitor.poll()

    def test_reentry_and_close_inside_a_callback(self):
        caught = []

        def react(_alert):
            try:
                monitor.poll()
            except libdrift.DriftError as error:
                caught.append(error.status)
            monitor.close()
        monitor = libdrift.Monitor(libdrift.Profile.from_data(made_table()), window=1000,
                                   on_alert=react)
        monitor.observe_batch(made_table(1000, seed=3, shift=2))
        monitor.poll()
        assert caught == [-10]
        with pytest.raises(libdrift.DriftError, match="closed"):
            monitor.rows

    def test_two_threads_do_not_lose_rows(self):
        monitor = libdrift.Monitor(libdrift.Profile.from_data(made_table()), window=100000)
        row = {name: values[0] for name, values in made_table(1).items()}

        def work():
            for _ in range(500):
                monitor.observe(row)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert monitor.rows == 2000

    def test_threads_have_recorders(self):
        table = made_table()
        rows = [dict(zip(table, values)) for values in zip(*table.values())]
        with libdrift.Monitor(libdrift.Profile.from_data(table), window=100000) as monitor:
            def serve():
                with monitor.recorder() as recorder:
                    for row in rows:
                        recorder.observe(row)
                    recorder.observe_batch(table)
                    assert recorder.rows == 2 * len(rows) and recorder.dropped == 0
            threads = [threading.Thread(target=serve) for _ in range(4)]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                monitor.poll()
            assert monitor.rows == 8 * len(rows)

    def test_a_callback_of_recorded_rows_may_raise_and_close(self):
        table = made_table()
        name = next(key for key, values in table.items() if not isinstance(values[0], str))
        moved = dict(table, **{name: [float(value) + 1000 for value in table[name]]})
        for close in (False, True):
            seen = []

            def act(alert):
                seen.append(alert.column)
                recorder.observe([None] * len(monitor.columns))
                if close:
                    monitor.close()
                raise ValueError("from the callback")
            monitor = libdrift.Monitor(libdrift.Profile.from_data(table), window=len(table[name]), on_alert=act)
            recorder = monitor.recorder()
            recorder.observe_batch(moved)
            with pytest.raises(ValueError, match="from the callback"):
                monitor.poll()
            assert name in seen
            if close:
                with pytest.raises(libdrift.DriftError, match="closed"):
                    recorder.observe([None] * len(table))
            monitor.close()
            with pytest.raises(libdrift.DriftError, match="closed"):
                recorder.observe_batch(table)

    def test_a_recorder_outlives_nothing(self):
        monitor = libdrift.Monitor(libdrift.Profile.from_data(made_table()))
        recorder = monitor.recorder()
        del monitor
        recorder.observe([None] * len(made_table()))
        assert recorder.rows == 1
        del recorder

class TestSketches:
    def test_tdigest(self):
        values = np.random.default_rng(1).normal(size=100000)
        digest, other = libdrift.TDigest(200), libdrift.TDigest(200)
        digest.update(values[:60000])
        other.update(values[60000:])
        digest.merge(other)
        assert digest.count == 100000 and digest.min == values.min() and digest.max == values.max()
        for rank in (0.001, 0.01, 0.5, 0.99, 0.999):
            assert abs((values <= digest.quantile(rank)).mean() - rank) < 0.005
        low, high = digest.cdf_bounds(0.3)
        assert low <= (values <= 0.3).mean() <= high
        assert libdrift.TDigest.from_bytes(bytes(digest)).quantile(0.5) == digest.quantile(0.5)

    def test_edge_digest(self):
        values = np.random.default_rng(1).lognormal(size=200000)
        digest, other = libdrift.EdgeDigest(), libdrift.EdgeDigest(120)
        digest.update(values[:120000])
        other.update(values[120000:])
        digest.merge(other)
        assert (digest.count, digest.missing, digest.edges, other.edges) == (200000, 0, 96, 120)
        assert digest.min == values.min() and digest.max == values.max() and digest.cells <= 97
        values.sort()
        for rank in (0.001, 0.01, 0.37, 0.5, 0.99, 0.999):
            value, place = digest.quantile(rank), int(np.ceil(rank * len(values))) - 1
            assert abs((values <= value).mean() - rank) < 0.001
            assert digest.cdf(value) == pytest.approx(rank, abs=1e-6)
            low, high = digest.quantile_bounds(rank)
            assert low <= values[place] <= high and low <= value <= high
        low, high = digest.cdf_bounds(0.3)
        assert low <= (values <= 0.3).mean() <= high and low <= digest.cdf(0.3) <= high
        assert len(bytes(digest)) < 2000
        assert libdrift.EdgeDigest.from_bytes(bytes(digest)).quantile(0.5) == digest.quantile(0.5)
        with pytest.raises(libdrift.DriftError, match="16 to 500 edges"):
            libdrift.EdgeDigest(7)
        whole = libdrift.EdgeDigest()
        whole.update(np.arange(100000) % 1000)
        assert [whole.quantile(k / 1000) for k in (1, 250, 251, 1000)] == [0, 249, 250, 999]

    def test_histogram_like_numpy(self):
        rng = np.random.default_rng(2)
        for _ in range(50):
            edges = np.unique(rng.normal(size=30))
            values = np.concatenate([rng.normal(size=1000), edges])
            histogram = libdrift.Histogram(edges)
            histogram.update(values)
            assert histogram.counts == np.histogram(values, edges)[0].tolist()
        histogram.update([np.nan, np.inf, -np.inf, 99.0, -99.0])
        assert histogram.outside["missing"] == 1 and histogram.outside["positive_infinity"] == 1

    def test_moments_like_scipy(self):
        import scipy.stats
        values = 1e9 + np.random.default_rng(3).gamma(2, size=10001)
        moments = libdrift.Moments()
        for part in np.array_split(values, 7):
            moments.update(part)
        assert math.isclose(moments.mean, values.mean(), rel_tol=1e-14)
        assert math.isclose(moments.variance, values.var(ddof=1), rel_tol=1e-6)
        small = values - 1e9
        moments = libdrift.Moments()
        moments.update(small)
        assert math.isclose(moments.skewness, scipy.stats.skew(small), rel_tol=1e-10)
        assert math.isclose(moments.kurtosis, scipy.stats.kurtosis(small), rel_tol=1e-10)

    def test_categories(self):
        sketch = libdrift.Categories(capacity=2, seed=1)
        sketch.update(["a", "b", "c", "a", ""])
        assert sketch.total == 5 and sum(sketch.counts.values()) + sketch.other == 5
        assert len(sketch.counts) == 2

    def test_distinct(self):
        values = np.random.default_rng(4).integers(0, 10 ** 12, 300000)
        whole, parts = libdrift.Distinct(), [libdrift.Distinct() for _ in range(3)]
        whole.update(values)
        for part, piece in zip(parts, np.array_split(values[::-1].astype(float), 3)):
            part.update(piece)
        parts[2].merge(parts[0])
        parts[2].merge(parts[1])
        n = len(np.unique(values))
        low, high = whole.bounds(0.999)
        assert bytes(parts[2]) == bytes(whole) and not whole.exact and whole.precision == 12
        assert abs(whole.estimate / n - 1) < 0.05 and low < n <= high and whole.count == 300000
        assert libdrift.Distinct.from_bytes(bytes(whole)).estimate == whole.estimate
        small = libdrift.Distinct(10)
        small.update(["a", "b", b"a", 1, 1.0, np.int8(1), True, None, 0.5, 2 ** 53 + 1])
        small.update("b")
        small.update(np.ma.masked_array([7, 8], [False, True]))
        small.update(np.array(["a", "c"]))
        assert small.exact and small.estimate == 7 and small.bounds() == (7, 7)
        assert small.count == 13 and small.missing == 2
        for bad in (np.array([2 ** 63], "u8"), [2 ** 63]):
            with pytest.raises(libdrift.DriftError, match="64 bits"):
                small.update(bad)
        with pytest.raises(TypeError):
            small.update([object()])
        with pytest.raises(libdrift.DriftError, match="between 4 and 18"):
            libdrift.Distinct(3)
        with pytest.raises(libdrift.DriftError):
            small.merge(whole)
        assert small.count == 13

    def test_frequent(self):
        ranks = np.random.default_rng(5).zipf(1.3, 60000)
        names = [f"name {rank}" for rank in ranks[ranks < 2 ** 40].tolist()]
        counts = {}
        for name in names:
            counts[name] = counts.get(name, 0) + 1
        sketch, other = libdrift.Frequent(50), libdrift.Frequent(50)
        sketch.update(names[:25000])
        other.update(names[25000:])
        sketch.merge(other)
        assert sketch.total == len(names) and 0 < sketch.error <= len(names) // 51
        assert len(sketch.names) <= 100 and sketch.capacity == 50
        assert list(sketch.names.values()) == sorted(sketch.names.values(), reverse=True)
        for name, count in counts.items():
            low, high = sketch.bounds(name)
            assert low <= count <= high <= low + sketch.error
            assert (low, high) == sketch.names.get(name, (0, sketch.error))
        assert libdrift.Frequent.from_bytes(bytes(sketch)).names == sketch.names
        exact = libdrift.Frequent()
        exact.update(["a", "b", b"a", ""])
        exact.update("b", count=5)
        exact.update(["a", "c"], count=2)
        assert exact.names == {"b": (6, 6), "a": (4, 4), "c": (2, 2), "": (1, 1)} and not exact.error
        with pytest.raises(libdrift.DriftError):
            exact.merge(sketch)
        with pytest.raises(libdrift.DriftError, match="more than"):
            libdrift.Frequent(2 ** 21)


def sessions(n, seed, shift=0.0):
    rng = np.random.default_rng(seed)
    name = np.repeat(rng.integers(0, 2 ** 60, n // 20), 20)
    return {"session": name, "x": np.repeat(rng.normal(shift, 1, n // 20), 20), "y": rng.normal(size=n)}


def test_blocks():
    before, after = sessions(6000, 1), sessions(6000, 2)
    naive = libdrift.compare(before, after, exclude="session").columns["x"]
    told = libdrift.compare(before, after, block="session")
    assert naive.p_value < 1e-4 and any("--block" in note for note in naive.notes)
    assert told.columns["x"].p_value > 0.01 and 15 < told.columns["x"].design_effect < 25
    assert told.columns["session"].verdict == "skipped"
    reference = libdrift.Profile.from_data(before, block="session")
    again = libdrift.compare(reference, libdrift.Profile.from_data(after, reference))
    assert again.to_dict()["columns"] == told.to_dict()["columns"]
    assert libdrift.compare(reference, after, block="session").verdict == told.verdict
    for block in (20, "y"):
        with pytest.raises(libdrift.DriftError, match="made with block='session'"):
            libdrift.compare(reference, after, block=block)
    with pytest.raises(libdrift.DriftError, match="from 2 on"):
        libdrift.compare(before, after, block=1)
    with pytest.raises(libdrift.DriftError, match="no column 'nobody'"):
        libdrift.compare(before, after, block="nobody")
    assert libdrift.compare(before, sessions(6000, 3, 2), block=20).drifted == ["x"]


def test_chunks():
    rng = np.random.default_rng(3)
    before = {"x": rng.normal(size=4000)}
    after = {"x": np.concatenate([rng.normal(size=2000), rng.normal(1, 1, 2000)])}
    result = libdrift.compare(before, after, chunk_rows=1000)
    assert [chunk["rows"] for chunk in result.chunks] == [[1, 1000], [1001, 2000], [2001, 3000],
                                                          [3001, 4000]]
    assert [chunk["verdict"] for chunk in result.chunks] == ["stable", "stable", "drift", "drift"]
    assert "Over time" in result.to_html() and "Over time" in str(result)
    assert libdrift.compare(before, after).chunks == []
    times = np.datetime64("2026-03-30") + np.arange(4000).astype("m8[h]") // 24
    stamped = libdrift.compare({**before, "at": times}, {**after, "at": times}, time="at",
                               chunk_period="M")
    assert [chunk["period"] for chunk in stamped.chunks][:2] == ["2026-03", "2026-04"]
    reference = libdrift.Profile.from_data(before)
    assert len(libdrift.compare(reference, after, chunk_rows=1500).chunks) == 3
    for options, message in (({"chunk_rows": 0}, "at least 1"), ({"chunk_period": "Y"}, "D, W or M"),
                             ({"chunk_period": "D"}, "--time"),
                             ({"chunk_rows": 5, "chunk_period": "D"}, "one of them")):
        with pytest.raises(libdrift.DriftError, match=message):
            libdrift.compare(before, after, **options)
    with pytest.raises(libdrift.DriftError, match="rows of the current data"):
        libdrift.compare(reference, libdrift.Profile.from_data(after, reference), chunk_rows=5)


def test_what_carries_a_change_and_how_many_rows_would_do():
    rng = np.random.default_rng(4)
    before = {"c": rng.choice(list("abcd"), 3000), "x": rng.normal(size=3000)}
    after = {"c": np.where(rng.random(3000) < .3, "a", rng.choice(list("abcd"), 3000)),
             "x": rng.normal(size=3000)}
    column = libdrift.compare(before, after).columns["c"]
    assert column.why[0]["value"] == "a" and column.why[0]["direction"] == "more"
    few = libdrift.compare(before, {k: v[:100] for k, v in after.items()}).columns["x"]
    assert few.verdict == "insufficient" and few.more_rows["current"] > 100


def test_threads_change_nothing(tmp_path):
    rng = random.Random(1)
    table = {f"x{k}": [rng.gauss(0, 1) for _ in range(20000)] for k in range(8)}
    table["word"] = [rng.choice("abcdef") for _ in range(20000)]
    wanted = bytes(libdrift.Profile.from_data(table, threads=1))
    for threads in (None, 2, 5):
        assert bytes(libdrift.Profile.from_data(table, threads=threads)) == wanted
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "".join(f"{k % 977 / 7!r},word {k % 5}\n" for k in range(60000)))
    wanted = bytes(libdrift.Profile.from_data(path, threads=1))
    assert all(bytes(libdrift.Profile.from_data(path, threads=n)) == wanted for n in (None, 2, 5))
    one = libdrift.compare(table, table, threads=1).to_dict()["columns"]
    assert libdrift.compare(table, table, threads=3).to_dict()["columns"] == one
    for threads in (0, -1, 1025, 1.5, "two"):
        with pytest.raises(libdrift.DriftError):
            libdrift.compare(table, table, threads=threads)


def test_findings_stay_where_the_evidence_is_beyond_all_doubt():
    """The column's p-value is 0: what went missing is still told."""
    draw = random.Random(7)
    before = [draw.gauss(0, 1) for _ in range(50_000)]
    now = [None if i % 200 == 0 else draw.gauss(3, 1) for i in range(50_000)]
    result = libdrift.compare({"x": before}, {"x": now})
    assert result.columns["x"].p_value == 0
    assert {f["kind"] for f in result.to_dict()["findings"]} == {"range", "missing_rate"}


def test_a_season_is_stated_and_kept():
    rows = {"x": [math.sin(6.283185307179586 * k / 24) + k * 7919 % 101 / 50 for k in range(2400)]}
    found = libdrift.Profile.from_data(rows, season=24)
    assert found.dependence == {
        "x": "a season of 24 rows was stated; scores of windows of 24 rows are used"}
    assert libdrift.Profile.from_bytes(bytes(found)).dependence == found.dependence
    assert "x" in libdrift.compare(found, rows, season=24).columns
    with pytest.raises(libdrift.DriftError, match="made without season=48"):
        libdrift.compare(found, rows, season=48)
    with pytest.raises(libdrift.DriftError, match="a number of rows from 2 on"):
        libdrift.Profile.from_data(rows, season=1)
