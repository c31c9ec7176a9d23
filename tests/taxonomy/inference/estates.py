"""Invented estates with unclean groups, so that inference is wrong now and then and its report can be checked."""

from __future__ import annotations

import numpy as np

from finmod.taxonomy.inference.infer import ResourceFrame, resource_frame


def unclean_estate(seed: int, count: int = 3000, wrong: float = 0.03) -> tuple[ResourceFrame, dict[str, str]]:
    """Return an estate of 30 accounts, ten of them mixed, and its truth: key -> value.

    Args:
        seed: Which estate.
        count: Number of resources.
        wrong: Share of teams that tell the wrong value; of names twice as many, of accounts half as many. Labels are
            right and missing by chance, more often in some accounts than in others.
    """
    chance = np.random.default_rng(seed)
    account = chance.integers(0, 30, count)
    mixed = (account >= 20) | (chance.random(count) < wrong / 2)
    product = np.where(mixed, chance.integers(0, 10, count), account % 10)
    team, name = (
        np.where(chance.random(count) < share, chance.integers(0, 10, count), product) for share in (wrong, 2 * wrong)
    )
    labelled = chance.random(count) < chance.uniform(0.5, 0.95, 30)[account]
    truth = {f"k{place:05d}": f"p{number}" for place, number in enumerate(product)}
    frame = resource_frame(
        list(truth),
        [value if known else None for value, known in zip(truth.values(), labelled, strict=True)],
        dimensions={
            "team": [f"t{one}" if known else None for one, known in zip(team, chance.random(count) < 0.6, strict=True)]
        },
        source=["aws"] * count,
        account=[f"a{number}" for number in account],
        name=[f"p{one}x-svc" if known else None for one, known in zip(name, chance.random(count) < 0.4, strict=True)],
    )
    return frame, truth
