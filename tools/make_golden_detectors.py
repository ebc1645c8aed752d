#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write tests/golden/detectors.h: where other packages' stream detectors signal.

usage: make_golden_detectors.py --river PYTHON --frouros PYTHON --moa MOA.jar

PYTHON are interpreters of environments with river==0.26.1 and with frouros==0.9.0; MOA.jar is the
one in capymoa==0.15.1. Needs java. Streams come from SplitMix64 by sums, so that C makes the same.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve()
MASK = (1 << 64) - 1


def mixed(value):
    """As drift__mix of core/hash.h."""
    value = (value + 0x9e3779b97f4a7c15) & MASK
    value = ((value ^ (value >> 30)) * 0xbf58476d1ce4e5b9) & MASK
    value = ((value ^ (value >> 27)) * 0x94d049bb133111eb) & MASK
    return value ^ (value >> 31)


def unit(i):
    return (mixed(i) >> 11) * 2.0 ** -53


def bell(i):
    total = 0.0
    for k in range(12):
        total += unit(12 * i + k)
    return total - 6


def stream(which):
    """Values of a stream, as golden_stream() of tests/test_detector.c has them."""
    seed = which << 32
    if which == 0:
        return [float(unit(seed + i) < (.1 if i < 1000 else .3)) for i in range(2000)]
    if which == 1:
        return [float(unit(seed + i) < (.4 if i < 700 else .05 if i < 1400 else .5)) for i in range(2000)]
    if which == 2:
        return [bell(seed + i) + (1 if i >= 1000 else 0) for i in range(2000)]
    if which == 3:
        return [bell(seed + i) + min(2, max(0, (i - 500) / 500)) for i in range(2000)]
    if which == 4:
        return [float(int(unit(seed + i) * 8)) * (1 if i < 1000 else 2) for i in range(2000)]
    return [float(unit(seed + i) < (.2 if i < 3000 else .05 if i < 6000 else .08 if i < 8000 else .3))
            for i in range(9000)]


NUMBERS, BITS = (0, 1, 2, 3, 4), (0, 1)
RIVER = [
    ("adwin", "ADWIN", {}, NUMBERS),
    ("adwin", "ADWIN", {"delta": .05, "clock": 1, "max_buckets": 3, "min_window_length": 10,
                        "grace_period": 30}, NUMBERS),
    ("page_hinkley", "PageHinkley", {}, NUMBERS),
    ("page_hinkley", "PageHinkley", {"mode": 1, "threshold": 20}, NUMBERS),
    ("page_hinkley", "PageHinkley", {"mode": 2, "threshold": 20, "alpha": .99}, NUMBERS),
    ("kswin", "KSWIN", {"seed": 42}, NUMBERS),
    ("kswin", "KSWIN", {"seed": 5000000000, "alpha": .0001, "window_size": 450, "stat_size": 12}, (2, 3)),
    ("ddm", "DDM", {}, BITS),
    ("ddm", "DDM", {"warm_start": 5, "warning_threshold": 1, "drift_threshold": 1.5}, BITS),
    ("eddm", "EDDM", {}, BITS),
    ("eddm", "EDDM", {"warm_start": 5, "alpha": .9, "beta": .8}, BITS),
    ("hddm_a", "HDDMA", {}, BITS),
    ("hddm_a", "HDDMA", {"two_sided_test": 1}, BITS),
    ("hddm_w", "HDDMW", {}, BITS),
    ("hddm_w", "HDDMW", {"two_sided_test": 1, "lambda_val": .1}, BITS),
    ("fhddm", "FHDDM", {}, BITS),
    ("fhddm", "FHDDM", {"sliding_window_size": 50, "confidence_level": .01, "short_window_size": 20}, BITS),
]
MOA = [("rddm", "RDDM", {}, (0, 1, 5)),
       ("rddm", "RDDM", {"max_concept_size": 900, "min_concept_size": 300,
                         "max_num_instances_warning": 150}, (0, 1, 5)),
       ("rddm", "RDDM", {"min_concept_size": 40, "drift_level": 3.5,
                         "max_num_instances_warning": 100}, (0, 1, 5)),
       ("stepd", "STEPD", {}, (0, 1, 5)),
       ("ecdd", "EWMAChartDM", {}, (0, 1, 5)), ("seed", "SEEDChangeDetector", {}, (*NUMBERS, 5)),
       ("cusum", "CusumDM", {}, NUMBERS), ("gma", "GeometricMovingAverageDM", {}, NUMBERS)]
FROUROS = [("bocd", "BOCD", {}, (2, 3)),
           ("bocd", "BOCD", {"hazard": .05, "prior_mean": 1, "prior_var": 4, "data_var": .5}, (2,)),
           ("page_hinkley", "PageHinkley", {"mode": 3}, (2, 4))]


def run_river():
    from river import drift
    for name, title, parameters, streams in RIVER:
        given = dict(parameters)
        if "mode" in given:
            given["mode"] = ("both", "up", "down")[given["mode"]]
        for which in streams:
            detector = getattr(drift, title, None) or getattr(drift.binary, title)
            detector = detector(**given)
            changes, warnings = [], []
            for i, value in enumerate(stream(which)):
                detector.update(int(value) if value == int(value) else value)
                changes += [i] * detector.drift_detected
                warnings += [i] * getattr(detector, "warning_detected", False)
            print(json.dumps([name, parameters, which, changes, warnings]))


def run_frouros():
    from frouros.detectors.concept_drift import BOCD, BOCDConfig, PageHinkley
    from frouros.detectors.concept_drift.streaming.change_detection.bocd import GaussianUnknownMean
    for name, title, parameters, streams in FROUROS:
        given = {key: value for key, value in parameters.items() if key not in ("mode", "hazard")}
        for which in streams:
            if title == "BOCD":
                config = BOCDConfig(GaussianUnknownMean(**given), hazard=parameters.get("hazard", .01))
                detector = BOCD(config)
            else:
                detector = PageHinkley()
            changes = []
            for i, value in enumerate(stream(which)[600:] if title == "BOCD" else stream(which)):
                detector.update(value=value)
                if detector.drift:
                    changes.append(i)
                    detector.reset()
            print(json.dumps([name, parameters, which, changes, []]))


# Parameters as MOA names its options.
OPTIONS = {"max_concept_size": "maxSizeConcept", "min_concept_size": "minSizeStableConcept",
           "max_num_instances_warning": "warnLimit", "drift_level": "driftLevel"}
JAVA = """
import com.github.javacliparser.*;
import moa.classifiers.core.driftdetection.*;
public class Run {
    public static void main(String[] names) throws Exception {
        java.util.Scanner lines = new java.util.Scanner(System.in);
        while (lines.hasNextLine()) {
            String[] words = lines.nextLine().split(" ");
            String[] given = words[0].split(",");
            AbstractChangeDetector one = (AbstractChangeDetector) Class.forName(
                "moa.classifiers.core.driftdetection." + given[0]).getDeclaredConstructor().newInstance();
            for (int k = 1; k < given.length; k++) {
                String[] pair = given[k].split("=");
                Object option = one.getClass().getField(pair[0] + "Option").get(one);
                if (option instanceof IntOption) ((IntOption) option).setValue(Integer.parseInt(pair[1]));
                else ((FloatOption) option).setValue(Double.parseDouble(pair[1]));
            }
            String changes = "", warnings = "";
            for (int i = 1; i < words.length; i++) {
                one.input(Double.parseDouble(words[i]));
                changes += one.getChange() ? " " + (i - 1) : "";
                warnings += one.getWarningZone() ? " " + (i - 1) : "";
            }
            System.out.println(changes + ";" + warnings);
        }
    }
}
"""


def run_moa(jar):
    cases = [(name, title, parameters, which) for name, title, parameters, streams in MOA
             for which in streams]
    text = "".join(",".join([title, *(f"{OPTIONS[key]}={value}" for key, value in given.items())]) +
                   f" {' '.join(map(repr, stream(which)))}\n" for _, title, given, which in cases)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "Run.java"
        path.write_text(JAVA, encoding="utf-8")
        found = subprocess.run(["java", "-cp", jar, path], input=text, text=True, check=True,
                               capture_output=True).stdout.splitlines()
    for (name, _, parameters, which), line in zip(cases, found):
        yield [name, parameters, which, *(list(map(int, part.split())) for part in line.split(";"))]


HEAD = """/* SPDX-License-Identifier: Apache-2.0
 *
 * detectors.h: where river 0.26.1, MOA (capymoa 0.15.1) and frouros 0.9.0 signal
 * on made streams; tools/make_golden_detectors.py made it.
 */
#ifndef DRIFT_TESTS_GOLDEN_DETECTORS_H
#define DRIFT_TESTS_GOLDEN_DETECTORS_H

#include <drift/detector.h>

/* clang-format off */
typedef struct golden_detector {
    const char *name;
    int stream, from; /* the values from that one on */
    uint32_t n_parameters;
    drift_detector_parameter parameters[6];
    uint32_t n_changes;
    uint32_t changes[%d];
    uint32_t n_warnings;
    uint64_t warnings_sum; /* of their positions */
} golden_detector;
static const golden_detector golden_detectors[] = {
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--river", metavar="PYTHON", required=True)
    parser.add_argument("--frouros", metavar="PYTHON", required=True)
    parser.add_argument("--moa", metavar="JAR", required=True)
    options = parser.parse_args()
    rows = []
    for python, part in ((options.river, "river"), (options.frouros, "frouros")):
        output = subprocess.run([python, HERE, "--part", part], check=True, capture_output=True, text=True)
        rows += map(json.loads, output.stdout.splitlines())
    rows += run_moa(options.moa)
    out = [HEAD % max(1, *(len(row[3]) for row in rows))]
    for name, parameters, which, changes, warnings in rows:
        given = ", ".join(f'{{"{key}", {value!r}}}' for key, value in parameters.items())
        out.append(f'    {{"{name}", {which}, {600 if name == "bocd" else 0}, {len(parameters)}, '
                   f"{{{given or '{0}'}}}, {len(changes)}, {{{', '.join(map(str, changes)) or 0}}}, "
                   f"{len(warnings)}, {sum(warnings)}}},\n")
    out.append("};\n/* clang-format on */\n\n#endif\n")
    path = HERE.parents[1] / "tests" / "golden" / "detectors.h"
    path.write_text("".join(out), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        {"river": run_river, "frouros": run_frouros}[sys.argv[2]]()
    else:
        main()
