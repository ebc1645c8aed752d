# SPDX-License-Identifier: Apache-2.0
"""Objects that own one of C: copies and pickles of them, and what is left of them after a fork."""
import copy
import os
import pickle
import random
import signal
import threading
import time

import pytest

import libdrift
from libdrift import detectors, sequential

RANDOM = random.Random(1)
PROFILE = libdrift.Profile.from_data({"x": [RANDOM.gauss(0, 1) for _ in range(1000)]})
COPIES = {"copy": copy.copy, "deepcopy": copy.deepcopy,
          "pickle": lambda made: pickle.loads(pickle.dumps(made))}


def a_histogram():
    made = libdrift.Histogram([0.0, 1.0, 2.0])
    made.update([0.5, 1.5, 1.6])
    return made


WITH_BYTES = {
    "Profile": lambda: libdrift.Profile.from_bytes(bytes(PROFILE)),
    "TDigest": libdrift.TDigest, "EdgeDigest": libdrift.EdgeDigest, "Histogram": a_histogram,
    "Moments": libdrift.Moments, "Categories": libdrift.Categories, "Distinct": libdrift.Distinct,
    "Frequent": libdrift.Frequent, "ADWIN": detectors.ADWIN, "KSWIN": detectors.KSWIN,
    "Evidence": lambda: sequential.Evidence([100, 100, 101], alpha=0.05),
    "BoundEvidence": lambda: sequential.BoundEvidence.for_losses(0.1, 1000, tolerance=0.05),
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", WITH_BYTES)
def test_what_has_bytes_is_copied_by_them(name, how):
    made = WITH_BYTES[name]()
    before = bytes(made)
    again = COPIES[how](made)
    assert type(again) is type(made) and bytes(again) == before
    assert again.handle.value != made.handle.value
    del again
    assert bytes(made) == before


@pytest.mark.parametrize("how", COPIES)
def test_what_has_none_says_what_to_do_instead(how):
    monitor = libdrift.Monitor(PROFILE)
    recorder = monitor.recorder()
    comparison = libdrift.compare(PROFILE, PROFILE)
    for made, wanted in ((monitor, "a Monitor cannot be copied or pickled; save its state"),
                         (recorder, "a Recorder cannot be copied or pickled; ask its monitor"),
                         (comparison, "a Comparison cannot be copied or pickled; keep its to_json")):
        with pytest.raises(TypeError, match=wanted):
            COPIES[how](made)
    recorder.observe([1.0])
    monitor.observe([1.0])
    monitor.poll()
    assert monitor.rows == 2


def in_child(task, seconds=10):
    """What a child of os.fork returns from ``task``: True, or False where it did not end in time."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, b"1" if task() else b"0")
        finally:
            os._exit(0)
    os.close(writing)
    ends = time.monotonic() + seconds
    while not os.waitpid(child, os.WNOHANG)[0]:
        if time.monotonic() > ends:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            break
        time.sleep(0.01)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read() == b"1"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_no_object_is_locked_for_ever_in_a_child():
    monitor = libdrift.Monitor(PROFILE)
    owners = [monitor, monitor.recorder(), PROFILE, a_histogram(), detectors.ADWIN()]
    held, leave = threading.Event(), threading.Event()

    def hold():
        for owner in owners:
            owner.lock.acquire()
        held.set()
        leave.wait()
        for owner in owners:
            owner.lock.release()

    def enter_all():
        monitor.observe([1.0])
        owners[1].observe([1.0])
        bytes(PROFILE)
        owners[3].update([0.5])
        owners[4].update(0.5)
        return monitor.rows

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    try:
        assert in_child(enter_all)
    finally:
        leave.set()
        holder.join()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_of_a_fork_during_a_callback_does_not_hang():
    inside, leave = threading.Event(), threading.Event()

    def on_alert(_alert):
        inside.set()
        leave.wait()

    monitor = libdrift.Monitor(PROFILE, window=500, on_alert=on_alert)
    monitor.observe_batch({"x": [5.0] * 3000})
    polling = threading.Thread(target=monitor.poll)
    polling.start()
    inside.wait()

    def observe():
        try:
            monitor.observe([1.0])
        except libdrift.DriftError:
            pass  # the poll that was copied never ends
        return True

    try:
        assert in_child(observe)
    finally:
        leave.set()
        polling.join()
    assert len(monitor.take()) == 1
