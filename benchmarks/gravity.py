"""Time general equilibrium gravity against gegravity, on the same input.

    python benchmarks/gravity.py [--small]

Prints seconds, the ratio and the largest difference. Peers that are not installed are left out with
a message. --small: our own solver only, on a made-up world of six countries (what the tests run).
"""

from __future__ import annotations

import importlib.util
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor.trade import gravity

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "tests" / "cases" / "gegravity-30" / "sample.csv"
COEFFICIENTS = {
    "lndist": -0.3764,
    "contiguity": 0.8850,
    "pta": 0.4823,
    "common_language": 0.0392,
    "international": -3.4224,
}


def best_of(repeats: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least seconds of some runs, and the last result."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - began)
    return min(times), result


def ours(sample: pl.DataFrame, closure: str) -> gravity.Counterfactual:
    """Solve the pact between Canada and Japan from the table on, as gegravity has to."""
    pair = (
        pl.col("exporter").is_in(["CAN", "JPN"])
        & pl.col("importer").is_in(["CAN", "JPN"])
        & (pl.col("exporter") != pl.col("importer"))
    )
    frame = sample.sort("exporter", "importer")
    codes = frame["exporter"].unique(maintain_order=True).to_list()
    n = len(codes)
    total = pl.sum_horizontal(pl.col(k) * v for k, v in COEFFICIENTS.items()).exp()
    changed = frame.with_columns(pl.when(pair).then(1).otherwise(pl.col("pta")).alias("pta"))
    before, after = (
        f.select(total.alias("k"))["k"].to_numpy().reshape(n, n) for f in (frame, changed)
    )
    output = frame["Y"].to_numpy().reshape(n, n)[:, 0].astype(float)
    expenditure = frame["E"].to_numpy().reshape(n, n)[0].astype(float)
    return gravity.structural(
        before, after, output, expenditure, sigma=5, closure=closure, reference=codes.index("DEU")
    )


def theirs() -> Any:
    """Solve the same with gegravity."""
    import gegravity as ge
    import pandas as pd

    data = pd.read_csv(SAMPLE)
    base = ge.BaselineData(
        data,
        imp_var_name="importer",
        exp_var_name="exporter",
        year_var_name="year",
        trade_var_name="trade",
        expend_var_name="E",
        output_var_name="Y",
    )
    costs = ge.CostCoeffs(
        pd.DataFrame(
            {"var": list(COEFFICIENTS), "coeff": list(COEFFICIENTS.values()), "ste": [0.1] * 5}
        ),
        identifier_col="var",
        coeff_col="coeff",
        stderr_col="ste",
    )
    model = ge.OneSectorGE(
        base,
        year="2006",
        expend_var_name="E",
        output_var_name="Y",
        cost_coeff_values=costs,
        cost_variables=list(COEFFICIENTS),
        reference_importer="DEU",
        sigma=5,
        quiet=True,
    )
    model.build_baseline(omr_rescale=10)
    changed = model.baseline_data.copy()
    pact = changed.exporter.isin(["CAN", "JPN"]) & changed.importer.isin(["CAN", "JPN"])
    changed.loc[pact & (changed.exporter != changed.importer), "pta"] = 1
    model.define_experiment(changed)
    model.simulate()
    return model


def compare() -> None:
    """Print our times beside gegravity's on its sample."""

    def fresh(closure: str) -> gravity.Counterfactual:
        return ours(pl.read_csv(SAMPLE), closure)

    once_s, once = best_of(5, lambda: fresh("once"))
    full_s, _ = best_of(5, lambda: fresh("full"))
    print(f"30 countries, one sector: closure once {once_s:.4f} s, full {full_s:.4f} s")
    if importlib.util.find_spec("gegravity") is None:
        print("gegravity is not installed: no comparison")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer_s, model = best_of(3, theirs)
    flows = model.bilateral_trade_results.reset_index().sort_values(["exporter", "importer"])
    gap = float(np.max(np.abs(once.trade.ravel() / flows["experiment trade"].to_numpy() - 1)))
    print(
        f"gegravity {peer_s:.3f} s: ours takes 1/{peer_s / once_s:.0f} of it; largest gap of a "
        f"flow {gap:.1e}"
    )


def draws(countries: int, sectors: int, count: int) -> None:
    """Print the time of many equilibria solved side by side."""
    rng = np.random.default_rng(1)
    trade = rng.lognormal(0, 1, (countries, countries, sectors)) + 20 * np.eye(countries)[..., None]
    ratio = rng.uniform(0.7, 1.1, trade.shape)
    theta = rng.uniform(3, 8, (count, sectors))
    seconds, result = best_of(2, lambda: gravity.equilibrium(trade, ratio, theta))
    worst = float(np.max(np.abs(result.trade.sum(axis=(-2, -1)) / result.output - 1)))
    print(
        f"{count} draws of {countries} countries x {sectors} sectors: {seconds:.3f} s, markets "
        f"clear to {worst:.0e}"
    )


if __name__ == "__main__":
    if "--small" in sys.argv:
        draws(6, 2, 5)
    else:
        compare()
        draws(17, 9, 1000)
