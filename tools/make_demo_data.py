#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make a model's training data and a month of its logged predictions with a known change in it.

usage: make_demo_data.py FOLDER     writes train.csv (20,000 rows) and month.csv (30 days of 1,000)

From day 16 on a new mobile app brings younger customers who ask for smaller loans on the device
`app`, which the model never saw, and its form often leaves the income empty. The other columns
stay as they were. The same seed gives the same files on every machine.
"""
import datetime
import math
import pathlib
import random
import sys

HEADER = "request_id,timestamp,age,income,loan_amount,years_employed,region,device,owns_home,score,decision"
REGIONS = (("north", 30), ("south", 25), ("east", 20), ("west", 15), ("islands", 10))
DEVICES = (("web", 60), ("phone", 30), ("branch", 10))
CHANGE_DAY = 16


def choose(rng, weighted):
    return rng.choices([name for name, _ in weighted], [weight for _, weight in weighted])[0]


def request(rng, number, time, changed):
    app = changed and rng.random() < 0.45
    age = min(85, max(18, round(rng.gauss(27 if app else 44, 5 if app else 13))))
    income = math.exp(rng.gauss(10.4, 0.45))
    amount = math.exp(rng.gauss(8.1 if app else 9.0, 0.6))
    employed = min(age - 17, rng.expovariate(1 / 8))
    owns_home = rng.random() < 0.4
    logit = 0.03 * (age - 40) + 0.9 * (math.log(income) - 10.4) - 0.7 * (math.log(amount) - 9.0)
    logit += 0.5 * owns_home + 0.04 * employed + rng.gauss(0, 0.5)
    score = 1 / (1 + math.exp(-logit))
    income_text = "" if app and rng.random() < 0.3 else f"{income:.2f}"
    device = "app" if app else choose(rng, DEVICES)
    return (f"{number},{time:%Y-%m-%dT%H:%M:%SZ},{age},{income_text},{amount:.2f},{employed:.1f},"
            f"{choose(rng, REGIONS)},{device},{'true' if owns_home else 'false'},{score:.4f},"
            f"{'accept' if score > 0.45 else 'decline'}")


def write(path, rng, start, days, per_day, change_day):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(HEADER + "\n")
        for index in range(days * per_day):
            day = index // per_day + 1
            time = start + datetime.timedelta(seconds=index * 86400 // per_day)
            changed = change_day is not None and day >= change_day
            file.write(request(rng, index + 1, time, changed) + "\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(20240501)
    train = datetime.datetime(2024, 3, 1)
    month = datetime.datetime(2024, 5, 1)
    write(folder / "train.csv", rng, train, 40, 500, None)
    write(folder / "month.csv", rng, month, 30, 1000, CHANGE_DAY)
    print(f"{folder}/train.csv: 20,000 rows of training data")
    print(f"{folder}/month.csv: 30 days of 1,000 predictions; a new app from day {CHANGE_DAY} on "
          f"(row {(CHANGE_DAY - 1) * 1000 + 1})")


if __name__ == "__main__":
    main()
