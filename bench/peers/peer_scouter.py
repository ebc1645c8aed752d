# SPDX-License-Identifier: Apache-2.0
"""peer_scouter.py: scouter's PSI profile with its default rule.

The package computes the PSI; its server alone applies the default threshold of the profile's alert
(chi-square at .05), which is a quantile over the number of current values. It is applied here.
"""
import json

from scipy.stats import chi2
from scouter import Drifter, PsiDriftConfig

PACKAGE = "scouter-ml"


def judge(reference, current):
    names = [name for name in reference.columns if reference[name].dtype == object]
    drifter = Drifter()
    profile = drifter.create_drift_profile(reference, PsiDriftConfig(categorical_features=names))
    bins = {name: len(feature["bins"])
            for name, feature in json.loads(profile.model_dump_json())["features"].items()}
    found = drifter.compute_drift(current, profile).features
    return {name for name, psi in found.items()
            if bins[name] > 1 and psi >= chi2.ppf(0.95, bins[name] - 1) / len(current)}, None
