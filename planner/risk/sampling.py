"""Draws of all factors and months together: scrambled Sobol sequences under a Gaussian copula, by scipy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats  # type: ignore[import-untyped]
from scipy.linalg import block_diag  # type: ignore[import-untyped]
from scipy.stats import qmc  # type: ignore[import-untyped]

from planner.risk.fitting import Fitted, Floats
from planner.risk.uncertainty import Delay, Uncertainty

#: fewest replicates of the sequence, from which the error of a percentile is read
REPLICATES = 8


@dataclass(frozen=True)
class Draws:
    """N draws, replicate after replicate of ``size`` each.

    ``factors`` (N, families) multiply dollars; ``months`` by delay, then site, are (N,).
    """

    size: int
    seed: int
    factors: Floats
    months: Mapping[str, Mapping[str, Floats]]

    @property
    def count(self) -> int:
        return len(self.factors)

    def late(self, delays: Sequence[str], site: str) -> Floats:
        """Months by which a site is late: the longest of some delays; 0 where it is none of the sites."""
        found = [self.months[d][site] for d in delays if site in self.months.get(d, {})]
        return np.maximum.reduce(found) if found else np.zeros(self.count)


def sizes(draws: int) -> tuple[int, int]:
    """(replicates, draws of each): a power of two each, as Sobol sequences are balanced there; at least ``draws``."""
    size = 2 ** max(0, math.floor(math.log2(max(1, draws) / REPLICATES)))
    return max(REPLICATES, math.ceil(draws / size)), size


def draw(
    uncertainty: Uncertainty,
    families: Sequence[Fitted],
    delays: Sequence[Fitted],
    sites: Sequence[str],
    draws: int,
    seed: int,
) -> Draws:
    """At least ``draws`` of them; the same seed gives the same.

    A delay at a site has the score sqrt(b) common + sqrt(1 - b) own, b its correlation between sites.
    """
    replicates, size = sizes(draws)
    own = len(delays) * len(sites)
    covariance = block_diag(uncertainty.correlations, np.eye(own)) if own else uncertainty.correlations
    parts = []
    for replicate in range(replicates):
        engine = qmc.Sobol(len(covariance), scramble=True, rng=np.random.default_rng([seed, replicate]))
        normal = qmc.MultivariateNormalQMC(np.zeros(len(covariance)), covariance, engine=engine)
        parts.append(normal.random(size))
    scores = np.concatenate(parts)
    shares = stats.norm.cdf(scores[:, : len(families)])
    factors = np.column_stack([one.at(shares[:, n]) for n, one in enumerate(families)])
    months: dict[str, dict[str, Floats]] = {}
    for k, one in enumerate(delays):
        delay = one.part
        assert isinstance(delay, Delay)
        common, first = scores[:, len(families) + k], len(families) + len(delays) + k * len(sites)
        weight, rest = math.sqrt(delay.between_sites), math.sqrt(1 - delay.between_sites)
        months[delay.id] = {
            s: one.at(stats.norm.cdf(weight * common + rest * scores[:, first + n])) for n, s in enumerate(sites)
        }
    return Draws(size, seed, factors, months)
