"""Which demands become dimensions, and their weights."""

from __future__ import annotations

from collections.abc import Mapping

from interview_analysis.scoring.jobs.demand import Demand
from interview_analysis.scoring.jobs.settings import WeightSettings


def chosen(demands: Mapping[str, Demand], settings: WeightSettings) -> tuple[str, ...]:
    """Ids of the demands that become dimensions, the most relevant first.

    Those that reach `least_relevance`; where they are fewer than `min_dimensions`, those follow that reach
    `least_filler`. What is less likely than that is a guess, and left out.
    """
    ranked = sorted(demands.values(), key=lambda d: (-d.relevance, -d.total, d.id))
    sure = sum(demand.relevance >= settings.least_relevance for demand in ranked)
    likely = sum(demand.relevance >= settings.least_filler for demand in ranked)
    count = min(max(sure, min(likely, settings.min_dimensions)), settings.max_dimensions)
    return tuple(demand.id for demand in ranked[:count])


def weights(totals: Mapping[str, float], settings: WeightSettings) -> dict[str, float]:
    """Weights in whole hundredths that add up to 1, each between `floor` and `cap`.

    In proportion to demand; what a bound takes or gives is shared among the others in
    proportion. Equal demands get weights that differ by at most 0.01.
    """
    raw = {key: max(total, 1e-9) for key, total in totals.items()}
    floor, cap = settings.floor, max(settings.cap, 1 / max(1, len(raw)))
    fixed: dict[str, float] = {}
    while True:
        free = {key: value for key, value in raw.items() if key not in fixed}
        if not free:
            break
        left = 1 - sum(fixed.values())
        shares = {key: left * value / sum(free.values()) for key, value in free.items()}
        # Bounds are met one side at a time, the larger breach first, so that no weight is fixed too early.
        over = {key: cap for key, share in shares.items() if share > cap + 1e-12}
        under = {key: floor for key, share in shares.items() if share < floor - 1e-12}
        excess = sum(shares[key] - cap for key in over)
        lack = sum(floor - shares[key] for key in under)
        if not over and not under:
            fixed.update(shares)
            break
        fixed.update(over if excess >= lack else under)
    return _in_hundredths(fixed)


def _in_hundredths(shares: Mapping[str, float]) -> dict[str, float]:
    """Largest remainders: hundredths that add up to exactly 1."""
    whole = {key: int(share * 100 + 1e-9) for key, share in shares.items()}
    missing = 100 - sum(whole.values())
    by_remainder = sorted(shares, key=lambda key: (-(round(shares[key] * 100 - whole[key], 6)), key))
    for key in by_remainder[:missing]:
        whole[key] += 1
    return {key: whole[key] / 100 for key in shares}
