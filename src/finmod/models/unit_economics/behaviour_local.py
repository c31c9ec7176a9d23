"""Coefficients as they are now, where they may have changed: what periods of another time say of today.

The cost of period t is ``X[t] @ (b + w[t])`` and noise. ``b`` is the mean of the coefficients over the recent periods;
``w`` is 0 on average there and moves as a random walk, as a slow drift of the fixed part and by the changes of
``behaviour_steps.py``. All of it is normal, so that it is part of the noise's covariance, and ``b`` is found by
generalised least squares. Source: dynamic regression, West and Harrison (1997), "Bayesian Forecasting and Dynamic
Models", chapter 9, written as a Gaussian process; weights by the restricted likelihood of Harville (1977).

Owns the kinds of noise (how much coefficients walk, how much noise lingers, how far off readings are) and their
weights. Coefficients may come out below 0 here: that marginal costs do not is for ``behaviour.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from finmod.models.inferred_noise import Floats
from finmod.models.unit_economics.behaviour_algebra import outer, whitened
from finmod.models.unit_economics.behaviour_readings import believed, surprises
from finmod.models.unit_economics.behaviour_steps import Change, Odds, find_changes, lasting_change, log_odds

WALKS: Final = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
"""How far coefficients walk in a period, as a ratio of the noise of a period; never 0, for resources come and go."""
PHIS: Final = (0.0, 0.3, 0.6, 0.8, 0.9)
"""How much of the noise lingers from one period to the next."""
WEEKS: Final = (0.0, 0.01, 0.03, 0.1)
"""How far days of a week lie apart by themselves, a standard deviation in units of the mean cost, as where fixed cost
is lower at weekends; 0 for no rhythm but that of drivers."""
_WEEK_ODDS: Final = (0.7, 0.1, 0.1, 0.1)
ERRORS: Final = (0.0, 0.0025, 0.005, 0.0075, 0.01)
"""How far off a reading is by itself, a standard deviation as a ratio: from none to 1 in 100."""
_ERROR_ODDS: Final = (0.35, 0.1, 0.1, 0.1, 0.35)
"""Ends are likelier than what lies between: else an interval held less where readings are exact."""
DRIFT: Final = 0.1
"""How far the fixed part drifts in a year, a standard deviation in units of the mean cost."""
_SEARCHES: Final = ((0.0, (0.0, 0.3)), (0.6, (0.6,)), (0.85, (0.8, 0.9)))
"""How much noise lingers in a search for changes, and of ``PHIS`` which it is for: noise that lingers looks like
changes where it is taken for noise that does not."""
_GONE: Final = 10.0
"""Standard deviation of a cost that is not known, in units of the mean cost."""
_SEARCH_WALK: Final = 0.05
_SEARCH_WEEK: Final = 0.1
_KNOWN_SIZE: Final = 0.3
_PASSES: Final = 2
"""The first search for changes knows nothing of the cost's course; the second knows what the first one found."""
_LEAST_SIZE: Final = 0.1
_LEAST_LEVEL: Final = 0.1
_LEAST_NOISE: Final = 5e-4
_LEAST_WEIGHT: Final = 0.01
_FAR: Final = 7.0
_VARIANCES: Final = 5
"""How many equally likely variances of noise stand for all that so many periods leave open."""
_DOUBT: Final = 1.15
"""Times the variance: days on which a search finds changes are no more certain than that."""
_RIDGE: Final = 1e-6


@dataclass(frozen=True)
class Series:
    """Cost and drivers of a window, each in units of its own mean over the recent periods.

    Attributes:
        cost: n periods, in order of time.
        readings: n x k.
        recent: Number of last periods that are now.
        rhythm: Periods after which a rhythm repeats; 1 for none.
        a_year: Periods in a year.
        longest: Of how many periods an incident is at most.
        known: First periods of known changes.
        gone: Periods whose cost is made up: nothing is learned from it.
    """

    cost: Floats
    readings: Floats
    recent: int
    rhythm: int
    a_year: float
    longest: int
    known: tuple[int, ...]
    gone: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """A kind of noise.

    Attributes:
        walk: Of ``WALKS``.
        phi: Of ``PHIS``.
        error: Of ``ERRORS``.
        week: Of ``WEEKS``.
    """

    walk: float
    phi: float
    error: float
    week: float = 0.0


@dataclass(frozen=True)
class Now:
    """What one kind of noise says of the coefficients: a normal distribution.

    Attributes:
        mean: k + 1: of drivers, then the fixed part, in units of the recent mean cost.
        covariance: k + 1 x k + 1.
        weight: Posterior weight; all weights sum to 1.
        kind: The kind of noise.
        noise: Standard deviation of a period's noise, in units of the mean cost.
    """

    mean: Floats
    covariance: Floats
    weight: float
    kind: Kind
    noise: float


@dataclass(frozen=True)
class _Course:
    """What is known of a cost before kinds of noise are weighed.

    Attributes:
        sizes: Per coefficient about how large it is, none is 0; their sum is 1.
        level: Per period the cost's own course, of mean 1 and never near 0: noise is in proportion to it.
        noise: Standard deviation of noise, as a ratio of ``level``.
    """

    sizes: Floats
    level: Floats
    noise: float


@dataclass(frozen=True)
class _Searched:
    """What one search for changes found.

    Attributes:
        course: Of the cost.
        changes: Known ones, then the others.
        moved: n x n: covariance of what changes and drift added to the cost.
        log_odds: Log of how likely so many changes are before looking.
    """

    course: _Course
    changes: list[Change]
    moved: Floats
    log_odds: float


def now(series: Series) -> tuple[list[Now], list[Change]]:
    """Return what each plausible kind of noise says of the coefficients now, and the changes that were found."""
    columns = _with_fixed(series.readings)
    found: list[tuple[float, Now, list[Change]]] = []
    for phi, phis in _SEARCHES:
        searched = _searched(series, columns, phi)
        best = max((one for one, _, _ in found), default=-math.inf)
        found += [(one, each, searched.changes) for one, each in _kinds(series, columns, searched, phis, best)]
    likeliest = max(found, key=lambda one: one[0])
    weighted = _weighted([(one, each) for one, each, _ in found], len(columns) - columns.shape[1])
    return weighted, likeliest[2]


def _kinds(
    series: Series, columns: Floats, searched: _Searched, phis: Sequence[float], best: float
) -> list[tuple[float, Now]]:
    """Return what kinds of noise say that linger as much, each with its log likelihood; ``best`` is that of others."""
    course, steady = searched.course, searched.moved / searched.course.noise**2
    surprise, walk = surprises(series.readings, series.rhythm), _walk(len(columns), series.recent)
    week = _week(len(columns), series.rhythm) / course.noise
    even = {phi: _lingering(phi, course) + steady for phi in phis}
    found: list[tuple[float, Now]] = []
    tried = [(phi, size) for phi in phis for size in WALKS]
    for error, odds in zip(ERRORS, _ERROR_ODDS, strict=True):
        used = _with_fixed(believed(series.readings, surprise, error))
        walking = walk * ((used * course.sizes) @ used.T)
        for phi, size in tried:
            covariance = even[phi] + size**2 * walking
            fits = _fits(series.cost, used, covariance, week, Kind(size, phi, error))
            found += [(one + math.log(odds) + searched.log_odds, each) for one, each in fits]
        # How noise lingers and coefficients walk has little to do with readings: what is far from likely stays so.
        best = max(best, *(log_likelihood for log_likelihood, _ in found))
        near = {(one.kind.phi, one.kind.walk) for log_likelihood, one in found if log_likelihood > best - _FAR}
        tried = [one for one in tried if one in near]
    return found


def _lingering(phi: float, course: _Course) -> Floats:
    apart = np.abs(np.subtract.outer(np.arange(len(course.level)), np.arange(len(course.level))))
    return np.asarray(phi**apart * np.outer(course.level, course.level))


def _with_fixed(readings: Floats) -> Floats:
    return np.column_stack([readings, np.ones(len(readings))])


def _week(count: int, rhythm: int) -> Floats:
    """Return columns of the days of a rhythm, beside their mean; none where there is no rhythm, or not two of it."""
    if rhythm == 1 or count <= 2 * rhythm:
        return np.empty((count, 0))
    return np.asarray((np.arange(count)[:, None] % rhythm == np.arange(rhythm)) * 1.0 - 1 / rhythm)


def _searched(series: Series, columns: Floats, phi: float) -> _Searched:
    """Return the cost's course and its changes, where noise lingers as much."""
    count, width = columns.shape
    drift = (np.arange(count) - (count - (series.recent + 1) / 2)) * (DRIFT / series.a_year)
    slow, walk = np.outer(drift, drift), _walk(count, series.recent)
    week = _week(count, series.rhythm)
    noise = _noise(series.cost, np.column_stack([columns, week]), phi)
    course = _Course(np.full(width, 1 / width), np.ones(count), noise)
    gone = np.zeros((count, count))
    gone[series.gone, series.gone] = _GONE**2
    beside = slow + gone + _SEARCH_WEEK**2 * outer(week)
    changes: list[Change] = []
    for _ in range(_PASSES):
        even = course.noise**2 * _lingering(phi, course)
        walking = course.noise**2 * _SEARCH_WALK**2 * walk * ((columns * course.sizes) @ columns.T)
        odds = Odds(course.sizes, series.a_year, series.longest)
        changes = _changes(series, columns, odds, beside + walking + even)
        added = sum((_added(one, columns, series.recent) for one in changes), np.zeros((count, count)))
        course = _course_of(series.cost, columns, added + beside + walking, even)
    likely = sum(log_odds(one, odds) for one in changes[len(series.known) :])
    return _Searched(course, changes, slow + gone + added, likely)


def _noise(cost: Floats, columns: Floats, phi: float) -> float:
    """Return the standard deviation of noise from one period to the next: of changes it knows little."""
    error = cost - columns @ np.linalg.lstsq(columns, cost, rcond=1e-10)[0]
    return max(_spread(np.diff(error)) / math.sqrt(2 * (1 - phi)), _LEAST_NOISE)


def _spread(values: Floats) -> float:
    """Return the standard deviation of what is normal but for some: from the median of sizes."""
    return float(np.median(np.abs(values))) * 1.4826


def _walk(count: int, recent: int) -> Floats:
    """Return the covariance of a random walk of steps of 1 less its own mean over the recent periods."""
    at = np.arange(count, dtype=np.float64)
    plain = np.minimum(at[:, None], at)
    of_recent = plain[:, -recent:].mean(axis=1)
    return np.asarray(plain - of_recent[:, None] - of_recent + of_recent[-recent:].mean())


def _changes(series: Series, columns: Floats, odds: Odds, noise: Floats) -> list[Change]:
    known = [lasting_change(first, columns, odds.sizes, _KNOWN_SIZE) for first in series.known]
    noise = sum((outer(one.columns) for one in known), noise)
    return known + find_changes(series.cost, columns, noise, odds)


def _added(change: Change, columns: Floats, recent: int) -> Floats:
    """Return the covariance of what a change adds to the cost beside the recent mean of the coefficients."""
    of_recent = float(np.mean(np.arange(len(columns))[-recent:] >= change.first))
    return outer(change.columns - of_recent * columns * change.spread if change.lasting else change.columns)


def _course_of(cost: Floats, columns: Floats, moved: Floats, noise: Floats) -> _Course:
    """Return the course that is likeliest, given what may have moved the cost beside its drivers."""
    count, width = columns.shape
    half, _ = whitened(moved + noise, np.column_stack([columns, cost, moved]))
    gram = half[:, :width].T @ half[:, :width] + _RIDGE * np.eye(width)
    best = np.linalg.solve(gram, half[:, :width].T @ half[:, width])
    fitted = columns @ best + half[:, -count:].T @ (half[:, width] - half[:, :width] @ best)
    level = np.maximum(fitted / max(float(fitted.mean()), _LEAST_LEVEL), _LEAST_LEVEL)
    sizes = np.maximum(best / max(float(best.sum()), _LEAST_LEVEL), _LEAST_SIZE)
    return _Course(sizes / sizes.sum(), level, max(_spread((cost - fitted) / level), _LEAST_NOISE))


def _fits(cost: Floats, columns: Floats, covariance: Floats, week: Floats, kind: Kind) -> Iterator[tuple[float, Now]]:
    """Yield the log restricted likelihood of a kind of noise, whose variance is free, and its coefficients, per week.

    Days of the week are normal around 0 before looking, so that they are part of the noise (Woodbury's identity).
    """
    width = columns.shape[1]
    half, size = whitened(covariance, np.column_stack([columns, cost, week]))
    plain, days = half[:, : width + 1], half[:, width + 1 :]
    gram, across, inner = plain.T @ plain, days.T @ plain, days.T @ days
    for spread, odds in zip(WEEKS, _WEEK_ODDS, strict=True) if week.shape[1] else ((0.0, 1.0),):
        wide = np.eye(len(inner)) + spread**2 * inner
        left = gram - spread**2 * across.T @ np.linalg.solve(wide, across)
        gone = size + float(np.linalg.slogdet(wide)[1]) / 2
        log_likelihood, found = _fit(left, gone, len(cost) - width, replace(kind, week=spread))
        yield log_likelihood + math.log(odds), found


def _fit(gram: Floats, size: float, free: int, kind: Kind) -> tuple[float, Now]:
    """Return what products of whitened columns, the last of them the cost, say of coefficients, and how likely."""
    precision = gram[:-1, :-1] + _RIDGE * np.eye(len(gram) - 1)
    mean = np.linalg.solve(precision, gram[:-1, -1])
    error = float(gram[-1, -1] - 2 * mean @ gram[:-1, -1] + mean @ gram[:-1, :-1] @ mean)
    variance = max(error / free, _LEAST_NOISE**2)
    size += float(np.linalg.slogdet(precision)[1]) / 2
    fitted = Now(np.asarray(mean), np.asarray(np.linalg.inv(precision) * variance), 0.0, kind, math.sqrt(variance))
    return -size - free / 2 * math.log(variance), fitted


def _weighted(found: Sequence[tuple[float, Now]], free: int) -> list[Now]:
    """Return the kinds that are plausible, each with several variances: together they are Student's t."""
    from scipy.special import gammaincinv  # noqa: PLC0415 - takes 0.2 s to import, which nobody else should wait for

    best = max(log_likelihood for log_likelihood, _ in found)
    weights = [math.exp(log_likelihood - best) for log_likelihood, _ in found]
    kept = [(weight, one) for weight, (_, one) in zip(weights, found, strict=True) if weight >= _LEAST_WEIGHT]
    whole = sum(weight for weight, _ in kept) * _VARIANCES
    ratios = _DOUBT * free / 2 / gammaincinv(free / 2, (np.arange(_VARIANCES) + 0.5) / _VARIANCES)
    return [
        Now(one.mean, one.covariance * ratio, weight / whole, one.kind, one.noise)
        for weight, one in kept
        for ratio in ratios
    ]
