"""Structural gravity: multilateral resistances and general equilibrium.

Arrays are numpy; rows are exporters, columns importers, the last axis sectors. ``kernel`` is
t^(1-sigma), the trade cost t raised to one minus the elasticity of substitution: large where trade
is easy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corridor.errors import CallError, NotConverged
from corridor.kernels import Bools, Floats
from corridor.language.messages import figure, message

CLOSURES = ("full", "once", "conditional")
DEFICITS = ("fixed", "share")
BALANCING_ROUNDS = 5  # plain rounds before Newton's method, which starts badly from far away
MAX_LOG_STEP = 2.0  # of a resistance in one Newton step
NEWTON_GAP = 0.2  # largest log gap between sales and output from which Newton's method is tried
MAX_LOG_PRICE_STEP = 1.0  # of a factory gate price in one Newton step


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """The world after a change of trade costs, as ratios to the world before.

    World output keeps its nominal value. Where draws were solved side by side, every array has them
    as leading axes.

    Attributes
    ----------
    trade
        Value of each flow (..., exporter, importer, sector), in the units of the trade before.
    price_ratio
        Factory gate prices of each country (..., country).
    output, expenditure
        Values (..., country).
    sector_index_ratio
        Consumer prices of each sector (..., country, sector).
    price_index_ratio
        Consumer prices (..., country).
    real_income_ratio
        Expenditure over consumer prices (..., country).
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

    Attributes
    ----------
    base_trade, trade
        Value of each flow (exporter, importer), before and after.
    base_inward, base_outward, inward, outward
        Multilateral resistances P and Pi, before and after; the reference importer's P is 1.
    price_ratio
        Factory gate prices over those before.
    output, expenditure
        Values after.
    real_income_ratio
        Expenditure over P, compared with before.
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


class _Round(NamedTuple):
    """One round of balancing resistances.

    gap: of every log inward term; change: how the balanced log inward term of a row moves with the
    log inward term of a column.
    """

    outward: Floats
    gap: Floats
    change: Floats


@dataclass(frozen=True, slots=True)
class _Shock:
    """The world before a change of trade costs, and the change; draws on the first axis.

    pull: each exporter's share in an importer's spending on a sector before, times the change of
    the kernel (draw, exporter, importer, sector). theta: elasticities (draw, sector). spent: what
    importers spent on sectors. draws_shape: the leading axes the caller's arrays had.
    """

    pull: Floats
    theta: Floats
    output: Floats
    spent: Floats
    deficits: str
    draws_shape: tuple[int, ...]

    @property
    def expenditure(self) -> Floats:
        """What each country spent before."""
        spending: Floats = self.spent.sum(axis=1)
        return spending

    @property
    def taste(self) -> Floats:
        """The share of each sector in a country's spending, which stays as it is."""
        return self.spent / self.expenditure[:, None]


@dataclass(frozen=True, slots=True)
class _Market:
    """Every market at some factory gate prices, which need not clear it; draws on the first axis.

    shares: of exporters in importers' spending on a sector. index_sums: the sums behind the price
    index of a sector. sales: what each country sells; gap: log of sales over output.
    """

    prices: Floats
    shares: Floats
    index_sums: Floats
    flows: Floats
    output: Floats
    expenditure: Floats
    sales: Floats
    gap: Floats

    @property
    def can_go_on(self) -> bool:
        """Whether every country still buys something and sells something."""
        return bool(np.all(self.expenditure > 0) and np.all(np.isfinite(self.gap)))

    @property
    def worst_gap(self) -> Floats:
        """The largest gap of any country, by draw."""
        worst: Floats = np.max(np.abs(self.gap), axis=1)
        return worst


def resistances(
    kernel: Floats,
    output: Floats,
    expenditure: Floats,
    *,
    reference: int = 0,
    tolerance: float = 1e-13,
    max_iterations: int = 500,
) -> tuple[Floats, Floats]:
    """Return the inward and outward resistance terms P^(sigma-1) and Pi^(sigma-1).

    Newton's method on the logarithm of the inward terms, after a few rounds of balancing.

    Parameters
    ----------
    kernel
        Ease of trade (exporter, importer), finite, none negative.
    output, expenditure
        Of each country, in the same money; only their shares in the world's count.
    reference
        Row of the country whose inward term is 1.
    tolerance
        Largest gap of a logarithm that is left.
    max_iterations
        Rounds before giving up.

    Raises
    ------
    NotConverged
        Where the terms do not settle.

    Notes
    -----
    Source: Anderson and van Wincoop (2003), equations 10 and 11.
    """
    output_share = output / output.sum()
    spending_share = expenditure / expenditure.sum()
    _check_kernel(kernel, len(output), len(expenditure))

    log_inward = np.zeros(len(expenditure))
    for step in range(max_iterations):
        balanced = _balance_once(kernel, output_share, spending_share, log_inward)
        gap = balanced.gap - balanced.gap[reference]
        if not np.all(np.isfinite(gap)):
            break
        if np.max(np.abs(gap)) < tolerance:
            scale = np.exp(log_inward[reference])
            return np.exp(log_inward) / scale, balanced.outward * scale

        if step < BALANCING_ROUNDS:
            log_inward = log_inward - gap
            continue
        try:
            log_inward = log_inward - _newton_resistances(balanced.change, gap, reference)
        except np.linalg.LinAlgError:
            break

    raise NotConverged(
        message(
            "The multilateral resistances did not settle to {tolerance} within {figure} rounds. "
            "Look for a country without any open partner, or costs hundreds of times apart.",
            tolerance=figure(tolerance, "g"),
            figure=max_iterations,
        )
    )


def _check_kernel(kernel: Floats, exporters: int, importers: int) -> None:
    is_square = kernel.shape == (exporters, importers)
    if not is_square or not np.all(np.isfinite(kernel)) or np.any(kernel < 0):
        raise CallError("the kernel must be a square table of finite numbers, none negative")


def _balance_once(
    kernel: Floats, output_share: Floats, spending_share: Floats, log_inward: Floats
) -> _Round:
    """Return the outward terms that go with inward ones, and how far those are from theirs."""
    to_importers = kernel * (spending_share * np.exp(log_inward))
    outward = 1.0 / to_importers.sum(axis=1)
    from_exporters = kernel * (output_share * outward)[:, None]
    sums = from_exporters.sum(axis=0)

    change = (from_exporters / sums).T @ (to_importers * outward[:, None])
    return _Round(outward, log_inward + np.log(sums), change)


def _newton_resistances(change: Floats, gap: Floats, reference: int) -> Floats:
    """Return the Newton step of the log inward terms; the reference's term stays.

    change: how the balanced log inward term of a row moves with the log inward term of a column.
    """
    others = np.arange(len(gap)) != reference
    jacobian = np.eye(len(gap)) - change
    jacobian -= jacobian[reference]

    step = np.zeros(len(gap))
    solution = np.linalg.solve(jacobian[np.ix_(others, others)], gap[others])
    step[others] = np.clip(solution, -MAX_LOG_STEP, MAX_LOG_STEP)
    return step


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

    Parameters
    ----------
    kernel, new_kernel
        Ease of trade (exporter, importer) before and after.
    output, expenditure
        Of each country, before. Where their totals differ, output is scaled to expenditure
        (``once`` leaves it, as gegravity does).
    sigma
        Elasticity of substitution, above 1.
    closure
        ``conditional`` holds output and expenditure. ``once`` moves prices once from the
        conditional resistances (what gegravity 0.3 calls full; flows then do not quite add up to
        output). ``full`` lets prices, output and expenditure settle, every country keeping its
        ratio of expenditure to output but for one common factor.
    reference
        Row of the country whose inward resistance is 1.

    Raises
    ------
    NotConverged
        Where resistances or prices do not settle.

    Notes
    -----
    Source: Larch and Yotov (2016), WTO working paper ERSD-2016-08, equations 25 to 32.
    """
    _check_structural(sigma, closure)
    if closure != "once":
        output = output * (expenditure.sum() / output.sum())

    power = 1.0 / (sigma - 1.0)
    inward, outward = resistances(kernel, output, expenditure, reference=reference)
    base = _structural_flows(kernel, output, expenditure, inward, outward)

    if closure == "full":
        settled = _settled_prices(base, kernel, new_kernel, sigma)
        prices = settled.price_ratio
        new_output = settled.output
        new_expenditure = settled.expenditure
        new_inward, new_outward = resistances(
            new_kernel, new_output, new_expenditure, reference=reference
        )
        income = settled.real_income_ratio
    else:
        new_inward, new_outward = resistances(new_kernel, output, expenditure, reference=reference)
        prices = (outward / new_outward) ** power
        if closure == "conditional":
            prices = np.ones_like(output)
        new_output = prices * output
        new_expenditure = prices * expenditure
        income = new_expenditure / expenditure * (new_inward / inward) ** -power

    return Counterfactual(
        base_trade=base,
        trade=_structural_flows(new_kernel, new_output, new_expenditure, new_inward, new_outward),
        base_inward=inward**power,
        base_outward=outward**power,
        inward=new_inward**power,
        outward=new_outward**power,
        price_ratio=prices,
        output=new_output,
        expenditure=new_expenditure,
        real_income_ratio=income,
    )


def _check_structural(sigma: float, closure: str) -> None:
    if closure not in CLOSURES:
        raise CallError(f"closure must be one of {', '.join(CLOSURES)}, not {closure!r}")
    if sigma <= 1:
        raise CallError(f"the elasticity of substitution must be above 1, not {sigma:g}")


def _structural_flows(
    kernel: Floats, output: Floats, expenditure: Floats, inward: Floats, outward: Floats
) -> Floats:
    """Return the flows that kernel and resistances give."""
    flows: Floats = kernel * np.outer(output / output.sum() * outward, expenditure * inward)
    return flows


def _settled_prices(base: Floats, kernel: Floats, new_kernel: Floats, sigma: float) -> Equilibrium:
    """Return the equilibrium of one sector after a change of kernels."""
    change = np.divide(new_kernel, kernel, out=np.zeros_like(kernel), where=kernel > 0)
    theta = np.array([sigma - 1.0])
    return _settle(base[..., None], change[..., None], theta, "share")


def equilibrium(
    trade: Floats,
    cost_ratio: Floats,
    elasticity: Floats,
    *,
    deficits: str = "fixed",
    tolerance: float = 1e-12,
    max_iterations: int = 5000,
) -> Equilibrium:
    """Return the world after every trade cost is multiplied by a ratio.

    Nothing but the flows before is needed. One factor of production, moving freely between sectors;
    expenditure shares of sectors are fixed.

    Parameters
    ----------
    trade
        Value of each flow (exporter, importer, sector), sales at home included.
    cost_ratio
        New over old cost, as trade; inf where no route is left. It may have draws as leading axis.
    elasticity
        Of trade to its cost (sigma - 1), by sector; it may have draws as leading axis.
    deficits
        ``fixed`` keeps each country's deficit in money, ``share`` its ratio to output but for one
        common factor.
    tolerance
        Largest log gap between a country's sales and its output that is left.
    max_iterations
        Rounds before giving up.

    Raises
    ------
    NotConverged
        Where no equilibrium is found: numbers that do not balance are never returned.

    Notes
    -----
    Source: Dekle, Eaton and Kortum (2008), IMF Staff Papers 55(3), equations 9 to 13; sectors as in
    Costinot and Rodriguez-Clare (2014), section 3.
    """
    theta = np.asarray(elasticity, dtype=np.float64)
    _check_shock(trade, cost_ratio, theta, deficits)

    with np.errstate(over="ignore"):
        change = cost_ratio ** -theta[..., None, None, :]
    return _settle(trade, change, theta, deficits, tolerance, max_iterations)


def _check_shock(trade: Floats, cost_ratio: Floats, theta: Floats, deficits: str) -> None:
    if deficits not in DEFICITS:
        raise CallError(f"deficits must be one of {', '.join(DEFICITS)}, not {deficits!r}")
    if np.any(theta <= 0) or np.any(cost_ratio <= 0) or np.any(np.isnan(cost_ratio)):
        raise CallError("elasticities and cost ratios must be above zero")
    if np.any(trade < 0) or not np.all(np.isfinite(trade)):
        raise CallError("trade must be finite and not negative")


def _settle(
    trade: Floats,
    change: Floats,
    theta: Floats,
    deficits: str,
    tolerance: float = 1e-12,
    max_iterations: int = 5000,
) -> Equilibrium:
    """Solve the market clearing of exact-hat algebra; change is the ratio of kernels."""
    shock = _shock(trade, change, theta, deficits)
    log_prices = np.zeros((len(shock.pull), len(shock.output)))

    for _ in range(max_iterations):
        market = _market(shock, log_prices)
        if not market.can_go_on:
            break
        if np.all(market.worst_gap < tolerance):
            return _equilibrium(shock, market)

        try:
            log_prices = log_prices + _price_step(shock, market)
        except np.linalg.LinAlgError:
            break
        log_prices -= _log_world_output(shock, log_prices)

    raise NotConverged(
        message(
            "The equilibrium did not settle to {tolerance} in {figure} rounds. Look for a country "
            "whose deficit is larger than its output, or extreme costs.",
            tolerance=figure(tolerance, "g"),
            figure=max_iterations,
        )
    )


def _shock(trade: Floats, change: Floats, theta: Floats, deficits: str) -> _Shock:
    """Lay the change over the world before, one row a draw."""
    output = trade.sum(axis=(1, 2))
    spent = trade.sum(axis=0)
    if np.any(output <= 0) or np.any(spent.sum(axis=1) <= 0):
        raise CallError("every country must sell and buy something: sales at home are missing")

    share = np.divide(trade, spent, out=np.zeros_like(trade), where=spent > 0)
    draws_shape = np.broadcast_shapes(change.shape[:-3], theta.shape[:-1])
    pull = np.broadcast_to(share * change, (*draws_shape, *trade.shape))
    thetas = np.broadcast_to(theta, (*draws_shape, trade.shape[2]))

    shock = _Shock(
        pull=pull.reshape(-1, *trade.shape),
        theta=thetas.reshape(-1, trade.shape[2]),
        output=output,
        spent=spent,
        deficits=deficits,
        draws_shape=draws_shape,
    )
    _check_suppliers(shock)
    return shock


def _check_suppliers(shock: _Shock) -> None:
    """Raise NotConverged where a country buys goods that nobody is left to sell it."""
    if np.any((shock.pull.sum(axis=1) <= 0) & (shock.taste > 0)):
        raise NotConverged(
            message("A country is left without any supplier in a sector: nothing can settle.")
        )


def _market(shock: _Shock, log_prices: Floats) -> _Market:
    """Return what every country makes, buys and sells at some factory gate prices."""
    prices = np.exp(log_prices)
    shares, index_sums = _shares(shock, log_prices)
    output = prices * shock.output
    expenditure = _expenditure(shock, prices, output)

    flows = shares * (shock.taste * expenditure[..., None])[:, None]
    sales = flows.sum(axis=(2, 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.log(sales / output)
    return _Market(prices, shares, index_sums, flows, output, expenditure, sales, gap)


def _shares(shock: _Shock, log_prices: Floats) -> tuple[Floats, Floats]:
    """Return exporters' shares in importers' spending on a sector, and the sums behind them."""
    # A rise of the factory gate price takes an exporter's share in every market down by theta.
    attraction = np.exp(-shock.theta[:, None, :] * log_prices[:, :, None])
    weights = shock.pull * attraction[:, :, None, :]
    sums = weights.sum(axis=1)

    sold = sums[:, None] > 0
    shares = np.divide(weights, sums[:, None], out=np.zeros_like(weights), where=sold)
    return shares, sums


def _expenditure(shock: _Shock, prices: Floats, output: Floats) -> Floats:
    """Return what each country spends under the rule for deficits."""
    if shock.deficits == "fixed":
        spending: Floats = output + (shock.expenditure - shock.output)
        return spending

    unscaled = prices * shock.expenditure
    scaled: Floats = unscaled * (shock.output.sum() / unscaled.sum(axis=1))[:, None]
    return scaled


def _price_step(shock: _Shock, market: _Market) -> Floats:
    """Return the next step of the log prices: Newton's, or far from the solution a damped gap."""
    step: Floats = market.gap / (1.0 + shock.theta.max(axis=1))[:, None]
    near = market.worst_gap < NEWTON_GAP

    if near.any():
        jacobian = _jacobian(shock, market, near)
        solution = np.linalg.solve(jacobian, -market.gap[near][..., None])[..., 0]
        step[near] = np.clip(solution, -MAX_LOG_PRICE_STEP, MAX_LOG_PRICE_STEP)
    return step


def _jacobian(shock: _Shock, market: _Market, near: Bools) -> Floats:
    """Return how the gap of a row's country moves with the log price of a column's, in some draws.

    The level of all prices is free; taking world output off each row pins it down.
    """
    flows = market.flows[near]
    sales = market.sales[near]
    theta = shock.theta[near]

    # Substitution: dearer rivals sell less, and what they lose goes to the others by their shares.
    # As products of matrices (exporter, importer and sector): no loop is as fast.
    shares = market.shares[near]
    by_market = (*flows.shape[:2], -1)
    lost = (flows * theta[:, None, None, :]).reshape(by_market)
    rivals = lost @ shares.reshape(by_market).swapaxes(1, 2)
    own_price = np.einsum("bijs,bs->bi", flows, theta)
    income = _income_effect(shock, market, near)

    jacobian: Floats = (rivals + income) / sales[:, :, None]
    jacobian = jacobian - np.eye(len(shock.output)) * (own_price / sales + 1.0)[:, :, None]
    jacobian -= shock.output / shock.output.sum()
    return jacobian


def _income_effect(shock: _Shock, market: _Market, near: Bools) -> Floats:
    """Return what an importer whose output is worth more buys more of every exporter."""
    bought = market.flows[near].sum(axis=3)
    if shock.deficits == "fixed":
        per_output = market.output / market.expenditure
        fixed: Floats = bought * per_output[near][:, None, :]
        return fixed

    spending_share = market.expenditure[near] / shock.output.sum()
    shared: Floats = bought - market.sales[near][:, :, None] * spending_share[:, None, :]
    return shared


def _log_world_output(shock: _Shock, log_prices: Floats) -> Floats:
    """Return the log of nominal world output over that before, by draw."""
    output = (np.exp(log_prices) * shock.output).sum(axis=1, keepdims=True)
    ratio: Floats = np.log(output / shock.output.sum())
    return ratio


def _equilibrium(shock: _Shock, market: _Market) -> Equilibrium:
    """Derive price indices and real income of a cleared market, in the caller's axes of draws."""
    log_index = _log_sector_index(shock, market)
    index = np.exp((shock.spent / shock.expenditure[:, None] * log_index).sum(axis=2))

    by_flow = (*shock.draws_shape, *market.flows.shape[1:])
    by_country = (*shock.draws_shape, len(shock.output))
    return Equilibrium(
        trade=market.flows.reshape(by_flow),
        price_ratio=market.prices.reshape(by_country),
        output=market.output.reshape(by_country),
        expenditure=market.expenditure.reshape(by_country),
        sector_index_ratio=np.exp(log_index).reshape(*by_country, -1),
        price_index_ratio=index.reshape(by_country),
        real_income_ratio=(market.expenditure / shock.expenditure / index).reshape(by_country),
    )


def _log_sector_index(shock: _Shock, market: _Market) -> Floats:
    """Return the log of consumer prices over those before (draw, importer, sector)."""
    sums = market.index_sums
    log_sums = np.log(sums, out=np.zeros_like(sums), where=sums > 0)
    log_index: Floats = -log_sums / shock.theta[:, None, :]
    return log_index


def balance(
    kernel: Floats,
    exports: Floats,
    imports: Floats,
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 20000,
) -> Floats:
    """Return the flows that follow the kernel and add up to exports and imports.

    Parameters
    ----------
    kernel
        Ease of trade (exporter, importer); every row and column of the flows is proportional to it.
    exports, imports
        Totals of each country; their sums must agree.
    tolerance
        Largest gap of a row that is left, over the largest exports.
    max_iterations
        Rounds before giving up.

    Raises
    ------
    NotConverged
        Where no such flows exist.

    Notes
    -----
    Source: Deming and Stephan (1940); the fitted flows of a Poisson gravity with both fixed
    effects, Fally (2015).
    """
    if abs(exports.sum() / imports.sum() - 1.0) > 1e-6:
        raise CallError(
            f"exports add up to {exports.sum():g} and imports to {imports.sum():g}: they must agree"
        )

    row_factors = np.ones(len(exports))
    column_factors = np.ones(len(imports))
    rounds = 0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        while rounds < max_iterations:
            rounds += 1
            row_factors = np.where(exports > 0, exports / (kernel @ column_factors), 0.0)
            column_factors = np.where(imports > 0, imports / (kernel.T @ row_factors), 0.0)
            flows: Floats = row_factors[:, None] * kernel * column_factors
            if np.max(np.abs(flows.sum(axis=1) - exports)) <= tolerance * exports.max():
                return flows
            if not np.isfinite(flows).all():
                break  # a factor beyond counting: it will not come back

    raise NotConverged(
        message(
            "The flows could not be balanced to the totals in {figure} rounds: some country's "
            "total is larger than its partners can take.",
            figure=rounds,
        )
    )
