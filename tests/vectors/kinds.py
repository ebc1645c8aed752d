# SPDX-License-Identifier: Apache-2.0
"""What a vector checks, as a table of patterns: text -> function of libdrift.stats.

A function takes (inputs, text) and returns the value, a (statistic, p-value) pair, or a dictionary
by the names that the vector expects. The first pattern that the text holds decides.
"""
import collections
import itertools
import math
import random
import re

from cells import common_cells, smoothing
from inputs import UnknownKind, count_names, count_values
from libdrift import DriftError, Moments, stats

KINDS = []
LATER = (
    (r"\bPCA\b|[Rr]econstruction|[Dd]omain classifier", "belongs to multivariate, a later issue"),
    (r"[Ss]ampling error|[Bb]inary metric|[Cc]onfusion|\bCBPE\b|\bDLE\b|[Ee]stimated|"
     r"[Rr]eali[sz]ed|[Bb]usiness.value|\bAURO?C\b|[Ll]og.?loss|[Cc]alibration|[Rr]egression metric|"
     r"\b(MAE|MAPE|MSE|RMSE|MSLE|RMSLE|Brier|ECE)\b|"
     r"[Pp]recision|[Rr]ecall\b|\bF1\b|[Aa]ccuracy",
     "belongs to health, a later issue"),
)


class NotOffered(Exception):
    """A convention that the library does not offer, and why."""


def kind(pattern):
    """Register a function for the texts that hold ``pattern``."""
    def register(function):
        KINDS.append((re.compile(pattern, re.I), function))
        return function
    return register


def find(text):
    """The function for a text, or None."""
    return next((function for pattern, function in KINDS if pattern.search(text)), None)


def later(text):
    """Why a text belongs to another issue, or None."""
    return next((reason for pattern, reason in LATER if re.search(pattern, text)), None)


def scipy_method(method, *samples):
    """SciPy's "auto" takes the law of a continuous population up to 10,000 values a side."""
    small = max(map(len, samples)) <= 10000
    return "asymptotic" if method == "asymptotic" or not small else "continuous"


def alternative(text):
    match = re.search(r"\b(less|greater)\b", text)
    return match[1] if match else "two-sided"


def method(text):
    match = re.search(r"\b(exact|asymptotic|asymp)\b", text)
    return "auto" if not match else "exact" if match[1] == "exact" else "asymptotic"


# Kolmogorov and Smirnov, in the conventions of several projects.

@kind(r"ROOT KS|KS probability")
def kolmogorov_law(given, text):
    """The limit law at a score: two tables so large that Stephens' correction is below 1e-6."""
    half = 10**12
    made = []
    for score in given.given["scores"]:
        moved = round(score * 2 * math.sqrt(half))
        made.append(stats.ks_2samp_counts([half, half], [half + moved, half - moved],
                                          method="asymptotic").pvalue)
    return {"p": made}


@kind(r"binned KS|KS score")
def scaled_statistic(given, text):
    first, second = given.cells()
    n, m = sum(first), sum(second)
    statistic, p = stats.ks_2samp_counts(first, second, method="asymptotic")
    return {"score": statistic * math.sqrt(n * m / (n + m)), "p": p}


@kind(r"KS categories")
def drift_categories(given, text):
    low, high = sorted(set(map(float, re.findall(r"\.\d+", text))))[:2]

    def verdict(reference, current):
        sides = [[value for value in side if value is not None] for side in (reference, current)]
        p = stats.ks_2samp(*sides, method="asymptotic").pvalue
        return "DRIFT" if p < low else "POSSIBLE_DRIFT" if p <= high else "NO_DRIFT"
    made = {}
    for key, wanted in given.vector["expected"].items():
        if key.endswith("(same)"):
            same = next(side for name, side in given.given.items() if name.startswith("ref_"))
            made[key] = verdict(same, same)
        else:
            made[key] = verdict(given.given[f"ref_{key}"], given.given[f"target_{key}"])
    return made


@kind(r"KS of KLL")
def sketch_distance(given, text):
    """The sketch approximates the exact statistic, which is what there is here."""
    shift, delta = given.given.get("shift", 0), []
    sizes = [int(n) for n in re.findall(r"\bn=(\d+)", text)] or [given.given["n"]]
    for n in sizes:
        draw = random.Random(n)
        values = [draw.gauss(0, 1) for _ in range(n)]
        delta.append(stats.ks_2samp(values, [value + shift for value in values],
                                    method="asymptotic"))
    said = re.findall(r"(not significant|significant)", text)
    for result, words in zip(delta, said):
        if (result.pvalue < .05) != (words == "significant"):
            raise AssertionError(f"n={sizes}: p-values {[r.pvalue for r in delta]}, but {said}")
    return {"delta": delta[-1].statistic}


@kind(r"(KS|JS|Jensen.Shannon|Hellinger|Wasserstein|chi2|chi.square|L.infinity).*"
      r"(chunk|week|month|dai|hour|quarter)")
def chunk_values(given, text):
    from chunks import by_rule
    return {"values": by_rule(given, text)}


@kind(r"\bks_2samp|Kolmogorov|\bKS\b")
def kolmogorov_smirnov(given, text):
    reference, current = given.samples()
    return stats.ks_2samp(reference, current, alternative=alternative(text),
                          method=scipy_method(method(text), reference, current))


@kind(r"Kuiper")
def kuiper(given, text):
    return stats.kuiper_2samp(*given.samples())


# Other tests of ordered data.

@kind(r"CvM exact p for U|U statistic")
def cramer_von_mises_table(given, text):
    """A pair of samples that has the given U, and the p-value of that pair."""
    made = []
    for wanted, m, n in given.given["cases"]:
        for ranks in itertools.combinations(range(1, m + n + 1), m):
            others = sorted(set(range(1, m + n + 1)) - set(ranks))
            u = (m * sum((r - i) ** 2 for i, r in enumerate(ranks, 1)) +
                 n * sum((s - j) ** 2 for j, s in enumerate(others, 1)))
            if u == wanted:
                made.append(stats.cramervonmises_2samp(ranks, others, method="exact").pvalue)
                break
        else:
            raise UnknownKind(f"no samples of {m} and {n} values have U = {wanted}")
    return {"p": made}


@kind(r"Cram.r.von.Mises|cramervonmises|\bCvM\b")
def cramer_von_mises(given, text):
    x, y = given.samples()
    # SciPy's "auto": the exact law up to 20 values a side.
    small = method(text) == "exact" or (method(text) == "auto" and max(len(x), len(y)) <= 20)
    result = stats.cramervonmises_2samp(x, y, method="exact" if small else "asymptotic")
    made = {"statistic": result.statistic, "p_value": result.pvalue, "p": result.pvalue}
    if len(set(x) | set(y)) < len(x) + len(y):
        made["statistic"] = NotOffered(
            "SciPy averages ranks within ties, so that two constant samples of different sizes "
            "differ with p = 0; here both distribution functions run straight through a tie")
    if result.statistic > 4:
        made["p_value"] = made["p"] = NotOffered(
            "SciPy's series of the limit law loses its digits at a statistic this large; "
            f"the p-value here is {result.pvalue:.3g}")
    return made


@kind(r"Anderson")
def anderson(given, text):
    samples = given.given.get("samples") or given.samples()
    if "midrank" in text and any(key.startswith("Tk") for key in given.vector["expected"]):
        return {key: stats.anderson_ksamp(samples, midrank="midrank" in key or "true" in key)
                .statistic for key in given.vector["expected"]}
    statistic, p = stats.anderson_ksamp(samples)
    # SciPy reports no p-value outside .001 .. .25; wanted values at these ends say only that.
    return statistic, min(max(p, .001), .25)


@kind(r"mannwhitneyu|Mann.Whitney")
def mann_whitney(given, text):
    x, y = given.samples()
    named = method(text)
    if named == "auto":  # SciPy: exact where a side has at most eight values and there is no tie
        tied = len(set(x) | set(y)) < len(x) + len(y)
        named = "exact" if min(len(x), len(y)) <= 8 and not tied else "asymptotic"
    return stats.mannwhitneyu(x, y, use_continuity="no continuity" not in text,
                              alternative=alternative(text), method=named)


@kind(r"Ansari")
def ansari_bradley(given, text):
    return stats.ansari(*given.samples(), alternative=alternative(text))


@kind(r"Baumgartner|\bBWS\b")
def baumgartner_weiss_schindler(given, text):
    return stats.bws_test(*given.samples(), method="permutation", n_resamples=9999)


@kind(r"Epps")
def epps_singleton(given, text):
    return stats.epps_singleton_2samp(*given.samples())


@kind(r"Welch|t-test|ttest|Student")
def t_test(given, text):
    return stats.ttest_ind(*given.samples(), equal_var="Welch" not in text,
                           alternative=alternative(text))


# Counts of nominal cells.

@kind(r"chi.?(square|2).*regroup")
def pooled_fit(given, text):
    """Cells with an expected count below 5 joined, where they are more than a fifth."""
    expected, sample = given.cells()
    scale = sum(sample) / sum(expected)
    thin = [count * scale < 5 for count in expected]
    if sum(thin) > .2 * len(thin):
        expected, sample = ([count for count, small in zip(side, thin) if not small] +
                            [sum(itertools.compress(side, thin))] for side in (expected, sample))
    return stats.chi_square_fit(expected, sample)


@kind(r"chi2_contingency|contingency")
def contingency(given, text):
    corrected = "correction=False" not in text and "no Yates" not in text
    return stats.chi_square(*given.cells(), correction=corrected)


@kind(r"^same with")
def same_again(given, text):
    """A second form of goodness of fit, as its key says."""
    cells = given.cells()
    values = {"p_value": lambda: stats.chi_square_fit(*cells).pvalue,
              "statistic": lambda: stats.chi_square_fit(*cells).statistic,
              "hellinger": lambda: stats.hellinger(*cells),
              "tvd": lambda: stats.total_variation(*cells)}
    return {key: values[key]() for key in given.vector["expected"] if key in values}


@kind(r"chi.?(square|2)|χ")
def chi_square(given, text):
    cells = given.cells()
    project = given.vector.get("repo", "")
    if re.search(r"goodness|normalised|proportion", text, re.I) or "deequ" in project or (
            "evidently" in project):
        return stats.chi_square_fit(*cells)
    return stats.chi_square(*cells, correction="Yates" in text)


@kind(r"\bG.test")
def g_test(given, text):
    function = stats.g_fit if "evidently" in given.vector.get("repo", "") else stats.g_test
    return function(*given.cells())


@kind(r"Fisher")
def fisher(given, text):
    cells = given.cells() if given.has("ref_counts") or given.has("table") else count_names(
        *given.samples())
    return stats.fisher_exact([list(map(int, row)) for row in cells], alternative(text))


@kind(r"\bZ.test|two.proportion")
def proportions(given, text):
    first, second = given.cells()
    if len(first) == 1:
        return {"p_value": 1.0, "p": 1.0}
    return stats.two_proportions_z(first[0], sum(first), second[0], sum(second))


@kind(r"Cram.r.s? V|Tschuprow|Pearson.s C")
def association(given, text):
    named = "tschuprow" if "Tschuprow" in text else "pearson" if "Pearson" in text else "cramer"
    project = given.vector.get("repo", "")
    corrected = "corrected" in text or ("deepchecks" in project and "uncorrected" not in text)
    return stats.association(*given.cells(), method=named, correction=corrected)


# Distances.

@kind(r"(total variation|TVD).*permutation")
def permuted_total_variation(given, text):
    def statistic(reference, current):
        return stats.total_variation(*count_values(reference, current))
    return stats.permutation_test(given.samples(), statistic, n_resamples=2000,
                                  alternative="greater")


@kind(r"robust L.inf")
def robust_l_infinity(given, text):
    match = re.search(r"alpha ?= ?([\d.]+)", text)
    alpha = float(match[1]) if match else .003
    first, second = (given.given[key] for key in given.names())
    if isinstance(first, dict):
        return stats.robust_l_infinity(*given.cells(), alpha)
    # Numbers: the largest difference of cumulated shares, a table of two cells at each value.
    tables = [[[sum(value <= cut for value in side), sum(value > cut for value in side)]
               for side in (first, second)] for cut in sorted({*first, *second})]
    return max(stats.robust_l_infinity(*table, alpha) for table in tables)


@kind(r"normali[sz]ed absolute difference")
def absolute_difference(given, text):
    first, second = given.cells()
    if abs(sum(first) - sum(second)) > 1e-12 * sum(first):
        raise NotOffered("largest difference of raw counts over the sum of both totals mixes the "
                         "change of shares with the change of size")
    return stats.l_infinity(first, second) / 2


@kind(r"L.?inf")
def l_infinity(given, text):
    pair = given.names() or ("ref_counts", "cur_counts")
    sides = [given.given[key] for key in pair]
    if not any(sides):
        raise NotOffered("two empty samples have no distance here (not enough data), "
                         "not the distance 0")
    numeric = isinstance(sides[0], list) and pair[0] != "ref_counts"
    if numeric and "deequ" in given.vector.get("repo", "") and "categorical" not in text:
        return stats.ks_2samp(*sides).statistic
    return stats.l_infinity(*given.cells())


@kind(r"(EMD|Wasserstein|earth).*(scale|range|norm)")
def scaled_wasserstein(given, text):
    first, second = given.samples()
    distance = stats.wasserstein_distance(first, second)
    if re.search("range", text):
        return distance / (max(*first, *second) - min(*first, *second))
    return distance / max(population_deviation(first), .001)


def weights(given):
    return next(((given.given[a], given.given[b]) for a, b in
                 (("uw", "vw"), ("u_weights", "v_weights")) if given.has(a, b)), (None, None))


@kind(r"Earth mover|Wasserstein|\bEMD\b")
def wasserstein(given, text):
    return stats.wasserstein_distance(*given.samples(), *weights(given))


@kind(r"energy")
def energy(given, text):
    return stats.energy_distance(*given.samples(), *weights(given))


@kind(r"\bMMD")
def mean_discrepancy(given, text):
    match = re.search(r"sigma ?=? ?([\d.]+)", text)
    sigma = given.vector.get("params", {}).get("sigma") or float(match[1] if match else 1)
    return stats.mmd(*given.samples(), sigma=sigma, unbiased="biased" not in re.sub(
        "unbiased", "", text))


def refuse_sampled(text):
    if re.search("rv_histogram", text):
        raise NotOffered("frouros takes probabilities from an interpolated histogram of automatic "
                         "width (rv_histogram), not the shares of common cells")


@kind(r"JSD errors|errors:")
def refused(given, text):
    """Empty samples and names among numbers are refused."""
    for first, second in (([], []), ([0, 0], [0, 0]), ([1.0, 2.0], ["a", "b"])):
        try:
            stats.js(first, second)
            return {"error": "none"}
        except (DriftError, TypeError, ValueError):
            continue
    return {"error": "InvalidArgument"}


@kind(r"Jensen|\bJS\b|\bJSD\b")
def jensen_shannon(given, text):
    refuse_sampled(text)
    divergence = stats.js(*common_cells(given, text))
    project = given.vector.get("repo", "")
    two = "base 2" in text or "tensorflow" in project or "NannyML" in project
    divergence /= math.log(2) if two else 1
    root = "distance" in text or re.search("NannyML|evidently|frouros", project)
    return math.sqrt(divergence) if root and "divergence" not in text else divergence


@kind(r"Kullback|\bKL\b")
def kullback_leibler(given, text):
    reference, current = common_cells(given, text)
    value = stats.kl(reference, current, smoothing(given, text).replace("smallest", "none"))
    if "rv_histogram" in text and value != math.inf:
        refuse_sampled(text)
    return value


@kind(r"\bPSI\b|stability")
def stability(given, text):
    return stats.psi(*common_cells(given, text), smoothing(given, text))


@kind(r"Hellinger")
def hellinger(given, text):
    return stats.hellinger(*common_cells(given, text))


@kind(r"Bhattacharyya")
def bhattacharyya(given, text):
    return stats.bhattacharyya(*common_cells(given, text))


@kind(r"histogram intersection")
def intersection(given, text):
    value = stats.histogram_intersection(*common_cells(given, text))
    return 1 - value if re.search("complement|distance|frouros",
                                  text + given.vector.get("repo", "")) else value


@kind(r"total variation|\bTVD?\b")
def total_variation(given, text):
    return stats.total_variation(*common_cells(given, text))


# Figures of one sample.

def moments(values):
    sketch = Moments()
    sketch.update(values)
    return sketch


def population_deviation(values):
    sketch = moments(values)
    return math.sqrt(max(0, sketch.variance) * (sketch.count - 1) / sketch.count)


@kind(r"std threshold|standard deviation threshold")
def deviation_threshold(given, text):
    values = [float(value) for value in given.values(given.given["values"])]
    sketch, deviation = moments(values), population_deviation(values)
    middle = stats.bin_edges(values, ("quantiles", 2))[1] if "median" in text else 0
    offset = {"min": sketch.min, "max": sketch.max, "median": middle, "mean": sketch.mean}
    name = re.search(r"\b(min|max|median|mean)\b", text)
    start = offset[name[1] if name else "mean"]
    factors = {side: float(match[1]) if (match := re.search(rf"\b{side} ([\d.]+)", text)) else 3
               for side in ("lower", "upper")}
    made = {"lower": start - factors["lower"] * deviation,
            "upper": start + factors["upper"] * deviation}
    sign = -1 if "lower" in text else 1
    for key in given.vector["expected"]:
        if match := re.fullmatch(r"k=([\d.]+)", key):
            made[key] = start + sign * float(match[1]) * deviation
    return made


@kind(r"bin index edges")
def index_edges(given, text):
    made = {}
    for n, bins in given.given["cases"]:
        edges = list(map(math.floor, stats.bin_edges([0, n], ("equal_width", bins))))
        made[f"{n},{bins}"] = [list(pair) for pair in zip(edges, edges[1:])]
    return made


@kind(r"statistics\.json|mean, population std")
def column_figures(given, text):
    names = re.split(r",\s*(?:and )?", re.search(r"\bfor (.+)", text)[1])
    table, made = given.columns(), []
    for name in names:
        sketch = moments([float(value) for value in table[name][:given.given.get("rows")]])
        deviation = math.sqrt(sketch.variance * (sketch.count - 1) / sketch.count)
        made += [sketch.mean, deviation, sketch.min, sketch.max, sketch.mean * sketch.count]
    return collections.defaultdict(lambda: made)
