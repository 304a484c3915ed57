"""Learning the gates, the weights of the parts and how far a level is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from interview_analysis.scoring.content.examples import GRADED
from interview_analysis.scoring.content.functions import FUNCTIONS, Array
from interview_analysis.scoring.content.levels import LEVELS, LevelModel, open_to_level_5
from interview_analysis.scoring.content.logistic import Logistic
from interview_analysis.scoring.content.presence import CURVED, Presence, logit
from interview_analysis.scoring.content.summary import PARTS

Mask = NDArray[np.bool_]
NOT_OWN, NOT_DONE = ("we", "secondhand"), ("would", "plan")
GATE_STRENGTH = 1.0  # inverse regularisation
TRAP_SHARE = 0.5  # what all traps of a gate weigh against all told answers, however many there are of either
PENALTY = 5e-3  # on what a part weighs more or less than the mean of all
LABELLED = 0.2  # share of a clause above which it was labelled so; a second function has a third
CURVE_STRENGTH = 1e3
MIDDLE = 3.0  # from here on there is an example


def fit_gates(examples: Sequence[tuple[Mapping[str, Array], float, float, str]]) -> dict[str, Logistic]:
    """Gates from what each is told from (see `summary.for_gates`), level, weight and kind of each answer."""
    levels = np.array([level for _, level, _, _ in examples])
    weights = np.array([weight for _, _, weight, _ in examples])
    kinds = np.array([kind for *_, kind in examples])
    graded, told = kinds == GRADED, (kinds == GRADED) & (levels >= MIDDLE)

    def gate(name: str, yes: Mask, no: Mask, weights: Array) -> Logistic:
        return fit_logistic(np.stack([told_from[name] for told_from, *_ in examples]), yes, no, weights)

    def against(traps: Mask) -> Array:
        share = TRAP_SHARE * weights[told].sum() / max(1e-9, weights[traps].sum())
        return np.where(traps, share * weights, weights)

    not_own, not_done = np.isin(kinds, NOT_OWN), np.isin(kinds, NOT_DONE)
    return {
        "takes_up": gate("takes_up", graded & (levels >= 2), graded & (levels <= 1.5), weights),
        "own": gate("own", told, not_own, against(not_own)),
        "done": gate("done", told, not_done, against(not_done)),
    }


def fit_logistic(
    table: Array, yes: Mask, no: Mask, weights: Array, strength: float = GATE_STRENGTH
) -> Logistic:
    """Tell the rows of `table` (n, m) in `yes` from those in `no`, masks (n,), with `weights` (n,)."""
    from sklearn.linear_model import LogisticRegression

    used = yes | no
    rows = table[used]
    shift, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    wanted = yes[used]
    model = LogisticRegression(C=strength, max_iter=5000)
    model.fit((rows - shift) / scale, wanted, sample_weight=weights[used])
    return Logistic(shift, scale, model.coef_[0], float(model.intercept_[0]))


def fit_presence(functions: Array, labels: Array) -> Presence:
    """The curves from the clearest shares that a reader gives clauses that it had not seen (n, F) to whether they were labelled so (n, F)."""
    from sklearn.linear_model import LogisticRegression

    curves = {}
    for name in CURVED:
        column = FUNCTIONS.index(name)
        there = labels[:, column] > LABELLED
        if there.all() or not there.any():  # nothing to learn it from: it stays as it is
            curves[name] = (0.0, 1.0)
            continue
        model = LogisticRegression(C=CURVE_STRENGTH).fit(logit(functions[:, column])[:, None], there)
        curves[name] = (float(model.intercept_[0]), float(model.coef_[0, 0]))
    return Presence(curves)


def fit_levels(
    examples: Sequence[tuple[Mapping[str, float], float, float, str]],
    gates: Mapping[str, Logistic],
    presence: Presence,
) -> LevelModel:
    """Cumulative logits with weights that are not negative, from parts, level, weight and kind of each answer.

    The weights are drawn towards each other instead of towards nothing: parts go together, and of two that tell the same one
    would else weigh nothing. Equal weights are hard to beat (Dawes 1979, "The robust beauty of improper linear models").
    What the gates keep out (plans, others' deeds, refusals) is not learned from: its parts are those of a story. A
    level between two counts as a half of each.
    """
    used = [
        (p, level, weight)
        for p, level, weight, kind in examples
        if kind not in (*NOT_OWN, *NOT_DONE) and not (kind == GRADED and level < 1.6)
    ]
    table = np.array([[p[name] for name in PARTS] for p, _, _ in used])
    open_to_5 = np.array([open_to_level_5(p) for p, _, _ in used])
    wanted = np.stack([shares(level) for _, level, _ in used])
    weights = np.array([weight for _, _, weight in used])
    weights /= weights.sum()
    start = np.concatenate([[0.0, 0.0, 0.0, 0.0], np.full(len(PARTS), 0.1)])
    bounds = [(None, None)] * 4 + [(0.0, None)] * len(PARTS)
    found = minimize(
        _loss,
        start,
        (table, open_to_5, wanted, weights),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 1000},
    )
    named = {name: round(float(w), 4) for name, w in zip(PARTS, found.x[4:], strict=True)}
    return LevelModel(_thresholds(found.x), named, gates, spread=1.0, floor=0.0, presence=presence)


def shares(level: float) -> Array:
    """A level, whole or between two, as shares of the five."""
    return np.asarray(np.maximum(0.0, 1.0 - np.abs(LEVELS - level)))


def fit_spread(examples: Sequence[tuple[Array, float, float]]) -> tuple[float, float]:
    """How the standard error follows from the probabilities (5,), by the errors made on unseen answers.

    Maximum likelihood of normal errors with variance ``(spread * sd) ** 2 + floor ** 2``.
    """
    table = np.stack([p for p, _, _ in examples])
    means = table @ LEVELS
    variances = table @ LEVELS**2 - means**2
    squares = (np.array([level for _, level, _ in examples]) - means) ** 2
    weights = np.array([weight for _, _, weight in examples])

    def loss(logs: Array) -> float:
        total = np.exp(2 * logs[0]) * variances + np.exp(2 * logs[1])
        return float(weights @ (np.log(total) + squares / total))

    found = minimize(loss, np.log([1.0, 0.2]), method="Nelder-Mead")
    return round(float(np.exp(found.x[0])), 4), round(float(np.exp(found.x[1])), 4)


def _thresholds(x: Array) -> Array:
    return np.cumsum(np.concatenate([x[:1], np.exp(x[1:4])]))


def _loss(x: Array, table: Array, open_to_5: Array, wanted: Array, weights: Array) -> tuple[float, Array]:
    """Weighted negative log likelihood with a penalty on weights that differ, and its gradient; `open_to_5` (n,) as of
    `open_to_level_5`."""
    own = x[4:]
    apart = own - own.mean()
    below = 1 / (1 + np.exp(-np.clip(_thresholds(x)[None] - (table @ own)[:, None], -35, 35)))
    factors = np.ones_like(below)
    factors[:, 3] = open_to_5
    edges = np.pad(1 - factors * (1 - below), ((0, 0), (1, 0)))
    probabilities = np.maximum(np.diff(np.pad(edges, ((0, 0), (0, 1)), constant_values=1.0), axis=1), 1e-9)
    value = -weights @ (wanted * np.log(probabilities)).sum(axis=1) + PENALTY * apart @ apart
    slope = -weights[:, None] * wanted / probabilities
    by_threshold = (slope[:, :4] - slope[:, 1:]) * factors * below * (1 - below)
    total = by_threshold.sum(axis=0)
    gradient = np.zeros_like(x)
    gradient[0] = total.sum()
    gradient[1:4] = [total[k:].sum() * np.exp(x[k]) for k in (1, 2, 3)]
    gradient[4:] = -table.T @ by_threshold.sum(axis=1) + 2 * PENALTY * apart
    return float(value), gradient
