# SPDX-License-Identifier: Apache-2.0
"""drift watch: one alert for what changes together, its end, mutes, and retraining."""
import json

import harness
from harness import HEADER, csv, sample


def moved(rows, *columns):
    """The rows with these columns (0, 1) shifted by one standard deviation."""
    return [[f"{float(value) + 1:.6f}" if k in columns else value for k, value in enumerate(row)]
            for row in rows]


class Incidents(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("reference.csv", csv(HEADER, sample(8000, seed=1)))
        self.drift("profile", "reference.csv", "-o", "r.drift", code=0)

    def watch(self, rows, *options, code=1):
        self.write("stream.csv", csv(HEADER, rows))
        result = self.drift("watch", "--reference", "r.drift", "stream.csv", "--window", "1000",
                            *options, code=code)
        return result, [json.loads(line) for line in result.out.splitlines()]

    def test_a_lasting_change_of_about_the_size_that_matters_is_told_once(self):
        mild = [[f"{float(row[0]) + 0.33:.6f}", *row[1:]] for row in sample(20000, seed=7)]
        for options in ((), ("--detector", "window"), ("--persistence", "3000")):
            _, alerts = self.watch(sample(5000, seed=8) + mild, *options)
            self.assertEqual([alert["incident"] for alert in alerts], [1], options)
            self.assertEqual(alerts[0]["columns"], ["x"])

    def test_one_line_for_what_changes_together_and_one_for_its_end(self):
        rows = sample(9000, seed=2)
        _, alerts = self.watch(rows[:3000] + moved(rows[3000:6000], 0, 1) + rows[6000:])
        self.assertEqual(len(alerts), 2)
        opened, ended = alerts
        self.assertEqual((opened["incident"], ended["incident"]), (1, 1))
        self.assertEqual(sorted(opened["columns"]), ["x", "y"])
        self.assertEqual(opened["column"], opened["columns"][0])
        self.assertEqual([detail["column"] for detail in opened["details"]], opened["columns"])
        for detail in opened["details"]:
            self.assertEqual((detail["kind"], detail["severity"]), ("distribution", "alert"))
            self.assertLessEqual(detail["evidence"], detail["alpha"])
            self.assertGreater(detail["effect"]["psi"], 0.1)
            self.assertLess(abs(detail["change_row"] - 3001), 100)
            self.assertLessEqual(opened["row"], detail["row"])
        self.assertLess(abs(opened["change_row"] - 3001), 100)
        self.assertIn(" and 1 more column changed at about row ", opened["message"])
        self.assertNotIn("resolved", opened)
        self.assertNotIn("updated", opened)
        self.assertIsNone(opened["retraining"])
        self.assertIs(ended["resolved"], True)
        self.assertEqual((ended["columns"], ended["row"]), (opened["columns"], 7000))
        self.assertEqual(ended["epoch"], 1)

    def test_columns_apart_are_two_incidents_or_one(self):
        rows = sample(9000, seed=3)
        stream = rows[:2000] + moved(rows[2000:5000], 0) + moved(rows[5000:], 0, 1)
        _, alerts = self.watch(stream)
        self.assertEqual([alert["columns"] for alert in alerts], [["x"], ["y"]])
        self.assertEqual([alert["incident"] for alert in alerts], [1, 2])
        _, alerts = self.watch(stream, "--incident", "5000")
        self.assertEqual([sorted(alert["columns"]) for alert in alerts], [["x", "y"]])

    def test_a_change_that_does_not_last_is_not_told(self):
        rows = sample(8000, seed=4)
        short = rows[:3000] + moved(rows[3000:4000], 0) + rows[4000:]
        self.assertEqual(len(self.watch(short)[1]), 2)
        self.watch(short, "--persistence", "2500", code=0)
        _, alerts = self.watch(rows[:3000] + moved(rows[3000:], 0), "--persistence", "2500")
        self.assertEqual([alert["columns"] for alert in alerts], [["x"]])
        self.assertLessEqual(alerts[0]["row"], 4000)  # of the crossing

    def test_mute(self):
        rows = sample(4000, seed=5)
        stream = rows[:2000] + moved(rows[2000:], 0, 1)
        _, alerts = self.watch(stream, "--mute", "x", "--metrics", "drift.prom")
        self.assertEqual([alert["columns"] for alert in alerts], [["y"]])
        metrics = (self.folder / "drift.prom").read_text()
        found = [line for line in metrics.splitlines() if line.startswith("drift_alarms_total")
                 and 'column="x"' in line and 'severity="alert"' in line]
        self.assertIn("1", [line.split()[-1] for line in found])
        self.watch(stream, "--mute", "y,x", code=0)

    def test_retraining_is_asked_for_once_an_incident_and_within_its_budget(self):
        rows = sample(12000, seed=6)
        stream = (rows[:1000] + moved(rows[1000:3000], 0) + rows[3000:6000] +
                  moved(rows[6000:8000], 1) + rows[8000:])
        result, alerts = self.watch(stream, "--retrain", "cat >> wanted; echo noise")
        self.assertEqual([alert["retraining"] for alert in alerts if "resolved" not in alert],
                         ["requested", "requested"])
        wanted = [json.loads(line) for line in (self.folder / "wanted").read_text().splitlines()]
        self.assertEqual(wanted, [alert for alert in alerts if "resolved" not in alert])
        self.assertNotIn(b"noise", result.out)
        for options, why in ((("--retrain-interval", "3600"), "have to lie between two"),
                             (("--retrain-budget", "1", "--retrain-period", "3600"),
                              "withheld: 1 of 1 retrainings of the last 3600 s are spent")):
            (self.folder / "wanted").unlink()
            _, alerts = self.watch(stream, "--retrain", "cat >> wanted", *options)
            opened = [alert for alert in alerts if "resolved" not in alert]
            self.assertEqual(opened[0]["retraining"], "requested")
            self.assertIn(why, opened[1]["retraining"])
            self.assertEqual(len((self.folder / "wanted").read_text().splitlines()), 1)
        result, _ = self.watch(stream, "--retrain", "exit 4")
        self.assertIn(b"--retrain 'exit 4' ended with 4", result.err)

    def test_cooldown_after_the_end(self):
        rows = sample(9000, seed=7)
        stream = (rows[:1000] + moved(rows[1000:2000], 0) + rows[2000:5000] +
                  moved(rows[5000:7000], 0) + rows[7000:])
        self.assertEqual([alert["incident"] for alert in self.watch(stream)[1]], [1, 1, 2, 2])
        few = self.watch(stream, "--cooldown", "100000")[1]
        self.assertEqual([alert["incident"] for alert in few], [1, 1])
