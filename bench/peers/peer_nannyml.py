# SPDX-License-Identifier: Apache-2.0
"""peer_nannyml.py: NannyML's UnivariateDriftCalculator; flagged is a column with an alert in any
of its chunks, as its plots show it. It has no verdict of a data set.
"""
import nannyml

PACKAGE = "nannyml"


def judge(reference, current):
    calculator = nannyml.UnivariateDriftCalculator(column_names=list(reference.columns))
    calculator.fit(reference)
    frame = calculator.calculate(current).filter(period="analysis").to_df()
    alerts = frame.xs("alert", axis="columns", level=2)
    return {name for name, *_ in alerts.columns[alerts.any()]}, None
