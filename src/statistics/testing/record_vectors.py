"""Records what the statistics are tested against: scipy 1.17 (exact intervals), statsmodels 0.15 (McNemar), and definitions evaluated directly
(the mixture by numerical integration with mpmath, Tango's score with the likelihood maximised numerically).

    pip install scipy statsmodels mpmath && python record_vectors.py > vectors.json
"""

import json

import mpmath as mp
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binomtest, norm
from statsmodels.stats.contingency_tables import mcnemar

mp.mp.dps = 40


def log_e(successes: int, failures: int, p0: float) -> float:
    """ln of the mean over q of the likelihood ratio of q against p0, q uniform on (p0, 1)."""
    p = mp.mpf(p0)
    peak = max(p, mp.mpf(successes) / max(1, successes + failures))
    points = sorted({p, peak, (p + peak) / 2, (peak + 1) / 2, mp.mpf(1)})
    value = mp.quad(lambda q: (q / p) ** successes * ((1 - q) / (1 - p)) ** failures, points, maxdegree=12) / (1 - p)
    return float(mp.log(value))


def tango(only_first: int, only_second: int, pairs: int, alpha: float) -> tuple[float, float]:
    both_or_neither = pairs - only_first - only_second

    def score(delta: float) -> float:
        def negative_log_likelihood(q: float) -> float:
            value = 0.0
            for count, share in ((only_first, q + delta), (only_second, q), (both_or_neither, 1 - 2 * q - delta)):
                if count > 0:
                    value -= count * float(mp.log(share)) if share > 0 else -1e300
            return value

        low, high = max(0.0, -delta), (1 - delta) / 2
        q = minimize_scalar(negative_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x
        return (only_first - only_second - pairs * delta) / (pairs * (2 * q + delta * (1 - delta))) ** 0.5

    z = float(norm.isf(alpha / 2))
    centre = (only_first - only_second) / pairs
    lower = brentq(lambda d: score(d) - z, -1 + 1e-9, centre, xtol=1e-12)
    upper = brentq(lambda d: score(d) + z, centre, 1 - 1e-9, xtol=1e-12)
    return lower, upper


COUNTS = [(0, 1), (1, 1), (5, 10), (299, 299), (447, 449), (980, 1000), (3, 2000), (99_937, 100_000)]
E_VALUES = [(449, 0, 0.99), (448, 0, 0.99), (681, 2, 0.99), (1399, 5, 0.99), (10, 3, 0.5), (3, 10, 0.5), (990, 10, 0.99), (980, 20, 0.99), (5000, 1, 0.999)]
PAIRS = [(1, 7, 21), (12, 2, 50), (40, 31, 2000), (5, 5, 300), (3, 0, 1000)]

print(
    json.dumps(
        {
            "clopperPearson": [
                [k, n, alpha, *binomtest(k, n).proportion_ci(1 - alpha, "exact")] for k, n in COUNTS for alpha in (0.05, 0.01)
            ],
            "logMixtureEValue": [[s, f, p0, log_e(s, f, p0)] for s, f, p0 in E_VALUES],
            "mcnemar": [[b, c, float(mcnemar([[0, b], [c, 0]], exact=True).pvalue)] for b, c, _ in PAIRS],
            "pairedDifference": [[b, c, n, alpha, *tango(b, c, n, alpha)] for b, c, n in PAIRS for alpha in (0.05, 0.1)],
        },
        indent=1,
    )
)
