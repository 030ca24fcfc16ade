"""Structural gravity: multilateral resistances and general equilibrium.

Arrays are numpy; rows are exporters, columns importers, the last axis sectors. ``kernel`` is
t^(1-sigma), the trade cost t raised to one minus the elasticity of substitution: large where trade
is easy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor.errors import CallError, NotConverged
from corridor.language.speech import kept

Floats = NDArray[np.float64]
CLOSURES = ("full", "once", "conditional")
DEFICITS = ("fixed", "share")


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """The world after a change of trade costs, as ratios to the world before (leading axes: draws,
    if any).

    trade: value of each flow (…, exporter, importer, sector), in the units of the trade given;
    price_ratio: factory gate prices; output, expenditure: values; price_index_ratio: consumer
    prices; real_income_ratio: expenditure over consumer prices. World output keeps its nominal
    value.
    """

    trade: Floats
    price_ratio: Floats
    output: Floats
    expenditure: Floats
    sector_index_ratio: Floats
    price_index_ratio: Floats
    real_income_ratio: Floats


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One-sector structural gravity before and after a change of trade costs.

    inward, outward: multilateral resistances P and Pi, the reference importer's P being 1;
    price_ratio: factory gate prices against before; real_income_ratio: expenditure over P against
    before.
    """

    base_trade: Floats
    trade: Floats
    base_inward: Floats
    base_outward: Floats
    inward: Floats
    outward: Floats
    price_ratio: Floats
    output: Floats
    expenditure: Floats
    real_income_ratio: Floats


def resistances(
    kernel: Floats,
    output: Floats,
    expenditure: Floats,
    *,
    reference: int = 0,
    tolerance: float = 1e-13,
    max_iterations: int = 500,
) -> tuple[Floats, Floats]:
    """Return the inward and outward resistance terms P^(sigma-1) and Pi^(sigma-1), the reference
    importer's being 1.

    Newton's method on the logarithm of the inward terms, after a few rounds of balancing; raises
    NotConverged. Source: Anderson and van Wincoop (2003), equations 10 and 11.
    """
    y = output / output.sum()
    e = expenditure / expenditure.sum()
    if kernel.shape != (len(y), len(e)) or not np.all(np.isfinite(kernel)) or np.any(kernel < 0):
        raise CallError("the kernel must be a square table of finite numbers, none negative")
    others = np.arange(len(y)) != reference
    log_v = np.zeros(len(e))
    for step in range(max_iterations):
        to_importer = kernel * (e * np.exp(log_v))
        u = 1.0 / to_importer.sum(axis=1)
        to_exporter = kernel * (y * u)[:, None]
        sums = to_exporter.sum(axis=0)
        gap = log_v + np.log(sums)
        gap -= gap[reference]
        if not np.all(np.isfinite(gap)):
            break
        if np.max(np.abs(gap)) < tolerance:
            scale = np.exp(log_v[reference])
            return np.exp(log_v) / scale, u * scale
        if step < 5:
            log_v = log_v - gap
            continue
        jacobian = np.eye(len(e)) - (to_exporter / sums).T @ (to_importer * u[:, None])
        jacobian -= jacobian[reference]
        try:
            change = np.linalg.solve(jacobian[np.ix_(others, others)], gap[others])
        except np.linalg.LinAlgError:
            break
        log_v[others] -= np.clip(change, -2.0, 2.0)
    raise NotConverged(
        kept(
            "The multilateral resistances did not settle to {tolerance} within {figure} rounds. "
            "Look for a country without any open partner, or costs hundreds of times apart.",
            tolerance=f"{tolerance:g}",
            figure=max_iterations,
        )
    )


def structural(
    kernel: Floats,
    new_kernel: Floats,
    output: Floats,
    expenditure: Floats,
    *,
    sigma: float,
    closure: str = "full",
    reference: int = 0,
) -> Counterfactual:
    """Return trade, resistances, prices and real income before and after a change of trade costs.

    closure: ``conditional`` holds output and expenditure; ``once`` moves prices once from the
    conditional resistances (what gegravity 0.3 calls full; flows then do not quite add up to
    output); ``full`` lets prices, output and expenditure settle, every country keeping its ratio of
    expenditure to output but for one common factor. Where the totals of output and expenditure
    differ, output is scaled to expenditure (``once`` leaves it, as gegravity does). Source: Larch
    and Yotov (2016), WTO working paper ERSD-2016-08, equations 25 to 32.
    """
    if closure not in CLOSURES:
        raise CallError(f"closure must be one of {', '.join(CLOSURES)}, not {closure!r}")
    if sigma <= 1:
        raise CallError(f"the elasticity of substitution must be above 1, not {sigma:g}")
    power = 1.0 / (sigma - 1.0)
    if closure != "once":
        output = output * (expenditure.sum() / output.sum())
    v, u = resistances(kernel, output, expenditure, reference=reference)
    base = kernel * np.outer(output / output.sum() * u, expenditure * v)
    if closure == "full":
        ratio = np.divide(new_kernel, kernel, out=np.zeros_like(kernel), where=kernel > 0)
        settled = _settle(base[..., None], ratio[..., None], np.array([sigma - 1.0]), "share")
        new_output = settled.output
        new_expenditure = settled.expenditure
        prices = settled.price_ratio
        new_v, new_u = resistances(new_kernel, new_output, new_expenditure, reference=reference)
    else:
        new_v, new_u = resistances(new_kernel, output, expenditure, reference=reference)
        prices = np.ones_like(output) if closure == "conditional" else (u / new_u) ** power
        new_output = prices * output
        new_expenditure = prices * expenditure
    trade = new_kernel * np.outer(new_output / new_output.sum() * new_u, new_expenditure * new_v)
    if closure == "full":
        income = settled.real_income_ratio
    else:
        income = new_expenditure / expenditure * (new_v / v) ** -power
    return Counterfactual(
        base,
        trade,
        v**power,
        u**power,
        new_v**power,
        new_u**power,
        prices,
        new_output,
        new_expenditure,
        income,
    )


def equilibrium(
    trade: Floats,
    cost_ratio: Floats,
    elasticity: Floats,
    *,
    deficits: str = "fixed",
    tolerance: float = 1e-12,
    max_iterations: int = 5000,
) -> Equilibrium:
    """Return the equilibrium after every trade cost is multiplied by cost_ratio, from the flows
    before alone.

    trade: exporter, importer, sector, sales at home included. cost_ratio: new over old cost, inf
    where no way is left; may have a leading axis of draws, as may elasticity (draws, sectors), the
    elasticity of trade to its cost (sigma - 1). deficits: ``fixed`` keeps each country's deficit in
    money, ``share`` its ratio to output but for one common factor. One factor of production, moving
    freely between sectors; expenditure shares of sectors are fixed. Raises NotConverged, never
    returning numbers that do not balance. Source: Dekle, Eaton and Kortum (2008), IMF Staff Papers
    55(3), equations 9 to 13; sectors as in Costinot and Rodriguez-Clare (2014), section 3.
    """
    if deficits not in DEFICITS:
        raise CallError(f"deficits must be one of {', '.join(DEFICITS)}, not {deficits!r}")
    theta = np.asarray(elasticity, dtype=np.float64)
    if np.any(theta <= 0) or np.any(cost_ratio <= 0) or np.any(np.isnan(cost_ratio)):
        raise CallError("elasticities and cost ratios must be above zero")
    if np.any(trade < 0) or not np.all(np.isfinite(trade)):
        raise CallError("trade must be finite and not negative")
    with np.errstate(over="ignore"):
        change = cost_ratio ** -theta[..., None, None, :]
    return _settle(trade, change, theta, deficits, tolerance, max_iterations)


def _settle(
    trade: Floats,
    change: Floats,
    theta: Floats,
    deficits: str,
    tolerance: float = 1e-12,
    max_iterations: int = 5000,
) -> Equilibrium:
    """Solve the market clearing of exact-hat algebra; change is the ratio of kernels."""
    output = trade.sum(axis=(1, 2))
    spent = trade.sum(axis=0)
    expenditure = spent.sum(axis=1)
    if np.any(output <= 0) or np.any(expenditure <= 0):
        raise CallError("every country must sell and buy something: sales at home are missing")
    share = np.divide(trade, spent, out=np.zeros_like(trade), where=spent > 0)
    taste = spent / expenditure[:, None]
    lead = np.broadcast_shapes(change.shape[:-3], theta.shape[:-1])
    n = len(output)
    world = output.sum()
    start = np.broadcast_to(share * change, (*lead, *trade.shape)).reshape(-1, *trade.shape)
    thetas = np.broadcast_to(theta, (*lead, trade.shape[2])).reshape(-1, trade.shape[2])
    if np.any((start.sum(axis=1) <= 0) & (taste > 0)):
        raise NotConverged(
            kept("A country is left without any supplier in a sector: nothing can settle.")
        )
    log_w = np.zeros((len(start), n))
    weight = output / world
    eye = np.eye(n)
    for _ in range(max_iterations):
        w = np.exp(log_w)
        parts = start * np.exp(-thetas[:, None, :] * log_w[:, :, None])[:, :, None, :]
        totals = parts.sum(axis=1)
        shares = np.divide(
            parts, totals[:, None], out=np.zeros_like(parts), where=totals[:, None] > 0
        )
        made = w * output
        if deficits == "fixed":
            bought = made + (expenditure - output)
        else:
            loose = w * expenditure
            bought = loose * (world / loose.sum(axis=1))[:, None]
        if np.any(bought <= 0):
            break
        flows = shares * (taste * bought[..., None])[:, None]
        sold = flows.sum(axis=(2, 3))
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = np.log(sold / made)
        worst = np.max(np.abs(gap), axis=1)
        if not np.all(np.isfinite(worst)):
            break
        if np.all(worst < tolerance):
            prices = (
                -np.log(totals, out=np.zeros_like(totals), where=totals > 0) / thetas[:, None, :]
            )
            return _result(flows, w, bought, prices, output, spent, lead)
        near = worst < 0.2
        step = gap / (1.0 + thetas.max(axis=1))[:, None]
        if near.any():
            pull = np.einsum("bijs,bs,bkjs->bik", flows[near], thetas[near], shares[near])
            own = np.einsum("bijs,bs->bi", flows[near], thetas[near])
            direct = flows[near].sum(axis=3)
            if deficits == "fixed":
                spend = direct * (made / bought)[near][:, None, :]
            else:
                spend = direct - sold[near][:, :, None] * (bought[near] / world)[:, None, :]
            jacobian = (pull + spend) / sold[near][:, :, None] - eye * (own / sold[near] + 1.0)[
                :, :, None
            ]
            jacobian -= weight
            try:
                step[near] = np.clip(
                    np.linalg.solve(jacobian, -gap[near][..., None])[..., 0], -1.0, 1.0
                )
            except np.linalg.LinAlgError:
                break
        log_w = log_w + step
        log_w -= np.log((np.exp(log_w) * output).sum(axis=1, keepdims=True) / world)
    raise NotConverged(
        kept(
            "The equilibrium did not settle to {tolerance} in {figure} rounds. Look for a country "
            "whose deficit is larger than its output, or extreme costs.",
            tolerance=f"{tolerance:g}",
            figure=max_iterations,
        )
    )


def _result(
    flows: Floats,
    w: Floats,
    bought: Floats,
    log_prices: Floats,
    output: Floats,
    spent: Floats,
    lead: tuple[int, ...],
) -> Equilibrium:
    """Give the settled arrays their leading axes back and derive price indices and real income."""
    expenditure = spent.sum(axis=1)
    index = np.exp((spent / expenditure[:, None] * log_prices).sum(axis=2))
    shape = (*lead, w.shape[1])
    return Equilibrium(
        flows.reshape(*lead, *flows.shape[1:]),
        w.reshape(shape),
        (w * output).reshape(shape),
        bought.reshape(shape),
        np.exp(log_prices).reshape(*shape, -1),
        index.reshape(shape),
        (bought / expenditure / index).reshape(shape),
    )


def balance(
    kernel: Floats,
    exports: Floats,
    imports: Floats,
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 20000,
) -> Floats:
    """Return the flows proportional to the kernel in every row and column that add up to exports
    and imports.

    The sums of exports and imports must agree. Raises NotConverged where no such flows exist.
    Source: Deming and Stephan (1940); the fitted flows of a Poisson gravity with both fixed
    effects, Fally (2015).
    """
    if abs(exports.sum() / imports.sum() - 1.0) > 1e-6:
        raise CallError(
            f"exports add up to {exports.sum():g} and imports to {imports.sum():g}: they must agree"
        )
    left = np.ones(len(exports))
    right = np.ones(len(imports))
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(max_iterations):
            left = np.where(exports > 0, exports / (kernel @ right), 0.0)
            right = np.where(imports > 0, imports / (kernel.T @ left), 0.0)
            flows: Floats = left[:, None] * kernel * right
            if np.max(np.abs(flows.sum(axis=1) - exports)) <= tolerance * exports.max():
                return flows
    raise NotConverged(
        kept(
            "The flows could not be balanced to the totals in {figure} rounds: some country's "
            "total is larger than its partners can take.",
            figure=max_iterations,
        )
    )
