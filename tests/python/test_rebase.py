# SPDX-License-Identifier: Apache-2.0
"""Another reference for a monitor that runs."""
import random
import threading

import libdrift
import pytest


def rows(n, move=0.0, seed=1):
    state = random.Random(seed)
    return {"x": [state.gauss(move, 1) for _ in range(n)],
            "word": [state.choice(["a", "b", "c"]) for _ in range(n)]}


def test_rows_are_compared_with_the_new_reference():
    old, new = libdrift.Profile.from_data(rows(5000)), libdrift.Profile.from_data(rows(5000, 4, 2))
    with libdrift.Monitor(old, window=1000) as monitor:
        assert monitor.epoch == 1
        monitor.observe_batch(rows(1000, 4, 3))
        monitor.poll()
        assert len(monitor.alerts) > 0
        told = len(monitor.alerts)
        monitor.rebase(new)
        assert monitor.epoch == 2
        assert bytes(monitor.reference) == bytes(new)
        monitor.observe_batch(rows(5000, 4, 4))
        monitor.poll()
        assert (len(monitor.alerts), monitor.windows, monitor.rows) == (told + 1, 6, 6000)
        assert monitor.alerts[-1].resolved and monitor.open_incidents == 0
        monitor.observe_batch(rows(1000, 0, 5))
        monitor.poll()
        assert len(monitor.alerts) > told + 1


def test_other_columns_and_callbacks_are_refused():
    reference = libdrift.Profile.from_data(rows(3000))
    seen = []

    def rebase(_alert):
        with pytest.raises(libdrift.DriftError, match="inside an alert callback"):
            monitor.rebase(reference)
        seen.append(1)

    with libdrift.Monitor(reference, window=1000, on_alert=rebase) as monitor:
        with pytest.raises(libdrift.DriftError, match="lacks column 'word'"):
            monitor.rebase(libdrift.Profile.from_data({"x": rows(3000)["x"]}))
        monitor.observe_batch(rows(1000, 4, 3))
        monitor.poll()
        assert seen and monitor.epoch == 1


def test_a_reference_from_the_stream():
    with libdrift.Monitor(libdrift.Profile.from_data(rows(5000)), window=500,
                          rebase_rows=1000) as monitor:
        for seed in range(8):
            monitor.observe_batch(rows(500, 2, 10 + seed))
            monitor.poll()
        assert monitor.epoch == 2
        assert monitor.reference.rows == 1000
        alerts = len(monitor.alerts)
        assert alerts > 0
        monitor.observe_batch(rows(5000, 2, 30))
        monitor.poll()
        assert len(monitor.alerts) == alerts
    with pytest.raises(libdrift.DriftError, match="rebase_rows"):
        libdrift.Monitor(libdrift.Profile.from_data(rows(100)), rebase_rows=-1)


def test_recorders_go_on():
    references = [libdrift.Profile.from_data(rows(2000, move)) for move in (0, 3)]
    stop = threading.Event()
    with libdrift.Monitor(references[0], window=1000) as monitor:
        counts = [0, 0]

        def serve(index):
            with monitor.recorder() as recorder:
                while not stop.is_set():
                    recorder.observe({"x": 0.5, "word": "a"})
                    counts[index] += 1

        threads = [threading.Thread(target=serve, args=(index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        for step in range(50):
            monitor.rebase(references[(step + 1) % 2])
            monitor.poll()
        stop.set()
        for thread in threads:
            thread.join()
        monitor.poll()
        assert monitor.rows + monitor.dropped == sum(counts)
        assert monitor.epoch == 51
