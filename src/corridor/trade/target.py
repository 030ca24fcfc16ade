"""How far a trade target is from what growth and corridors give, and what would have to come from
elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from corridor.errors import CallError
from corridor.language.messages import figure, joined, message
from corridor.language.speech import marked
from corridor.trade.forecast import Forecast
from corridor.units import MEAN_YEAR_DAYS

# Growth of trade per growth of the exporter's and the importer's GDP: Head and Mayer (2014),
# Handbook of International Economics 4, table 3.4 (means over structural estimates).
_EXPORTER_GDP = 0.98
_IMPORTER_GDP = 0.84
GROWTH = marked("base growth")  # the first step of every series


@dataclass(frozen=True)
class Target:
    """A target held against what growth and corridors give.

    steps: series, scenario (its id, null for base growth), step (base growth, each scenario's
    title), value in the target year with low and high, growth needed a year, gap_usd and the share
    of the way that transport covers. sectors: sector_id, traded, potential, headroom. sentences:
    the same in plain words.
    """

    steps: pl.DataFrame
    sectors: pl.DataFrame
    sentences: tuple[str, ...]
    provenance: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def target(
    result: Forecast,
    trade: pl.DataFrame,
    series: pl.DataFrame,
    countries: pl.DataFrame,
    *,
    target_usd: float = 1e9,
    by: int = 2028,
    pair: tuple[str, str] = ("KZ", "PK"),
    titles: Mapping[str, str] | None = None,
) -> Target:
    """Return how much of a target for a pair's trade, both ways, growth and each scenario can give.

    result: a forecast; trade: the sector flows it started from, with potential_usd. series: name,
    exporter, importer, value_usd, ends_on: each baseline, one row per direction. countries:
    gdp_growth_share_per_year. titles: what the sentences call a scenario, by its id; null: the id.
    The target is the twelve months before 1 January of ``by``; years are counted from ends_on. Base
    growth is that of both GDPs times the elasticities of Head and Mayer (2014); a scenario's value
    is the base growth's times the ratio the forecast gives. transport_share = (scenario - base
    growth) / (target - base growth), null where growth alone is enough. Money is at the prices of
    the baseline. Intervals are those of the elasticities alone.
    """
    if target_usd <= 0:
        raise CallError("the target must be above zero")
    growth = _growth(countries, pair)
    ratios = _ratios(result, pair)
    rows: list[dict[str, object]] = []
    for name in series["name"].unique(maintain_order=True).to_list():
        part = series.filter(pl.col("name") == name)
        ends = part["ends_on"].max()
        if not isinstance(ends, date):
            raise CallError(f"series {name}: ends_on must be a date")
        years = ((date(by, 1, 1) - ends).days - 1) / MEAN_YEAR_DAYS
        if years <= 0:
            raise CallError(f"series {name} ends on {ends}, not before {by}")
        flows = {
            (r["exporter"], r["importer"]): float(r["value_usd"])
            for r in part.iter_rows(named=True)
        }
        unknown = sorted(f"{a}-{b}" for a, b in flows if {a, b} != set(pair))
        if unknown:
            raise CallError(
                f"series {name} holds {', '.join(unknown)}, not the pair {'-'.join(pair)}"
            )
        base = sum(flows.values())
        if base <= 0:
            raise CallError(f"series {name} adds up to nothing")
        grown = {k: v * (1 + growth[k]) ** years for k, v in flows.items()}
        plain = sum(grown.values())
        common = {
            "series": name,
            "base_usd": base,
            "ends_on": ends,
            "years": years,
            "target_usd": target_usd,
            "needed_growth_share_per_year": (target_usd / base) ** (1 / years) - 1,
        }
        rows.append(
            {
                **common,
                "scenario": None,
                "step": GROWTH,
                "value_usd": plain,
                "low_usd": None,
                "high_usd": None,
            }
        )
        for scenario, ratio in ratios.items():
            value, low, high = (_sum(grown, ratio, k) for k in range(3))
            rows.append(
                {
                    **common,
                    "scenario": scenario,
                    "step": (titles or {}).get(scenario, scenario),
                    "value_usd": value,
                    "low_usd": low,
                    "high_usd": high,
                }
            )
    steps = (
        pl.DataFrame(rows, infer_schema_length=None)
        .with_columns(
            pl.col("low_usd", "high_usd").cast(pl.Float64),
            pl.col("scenario").cast(pl.String),
            pl.col("value_usd").first().over("series").alias("_plain"),
        )
        .with_columns(
            (pl.col("target_usd") - pl.col("value_usd")).clip(lower_bound=0.0).alias("gap_usd"),
            *[
                _share(c).alias(f"transport_share{s}")
                for c, s in (("value_usd", ""), ("low_usd", "_low"), ("high_usd", "_high"))
            ],
        )
        .drop("_plain")
    )
    sectors = _sectors(trade, pair)
    return Target(
        steps,
        sectors,
        _sentences(steps, sectors, target_usd, by, pair),
        {"target_usd": target_usd, "by": by, "pair": list(pair), **result.provenance},
    )


def _share(column: str) -> pl.Expr:
    way = pl.col("target_usd") - pl.col("_plain")
    return pl.when(way > 0).then((pl.col(column) - pl.col("_plain")) / way)


def _growth(countries: pl.DataFrame, pair: tuple[str, str]) -> dict[tuple[str, str], float]:
    """Return the growth of each direction's trade a year that the growth of both GDPs brings."""
    known = dict(
        zip(
            countries["country"].to_list(),
            countries["gdp_growth_share_per_year"].to_list(),
            strict=True,
        )
    )
    if lost := [c for c in pair if known.get(c) is None]:
        raise CallError(f"countries.csv has no gdp_growth_share_per_year of {', '.join(lost)}")
    return {
        (a, b): (1 + known[a]) ** _EXPORTER_GDP * (1 + known[b]) ** _IMPORTER_GDP - 1
        for a, b in (pair, pair[::-1])
    }


def _ratios(
    result: Forecast, pair: tuple[str, str]
) -> dict[str, dict[tuple[str, str], tuple[float | None, ...]]]:
    out: dict[str, dict[tuple[str, str], tuple[float | None, ...]]] = {}
    rows = result.pairs.filter(
        pl.col("exporter").is_in(pair)
        & pl.col("importer").is_in(pair)
        & (pl.col("exporter") != pl.col("importer"))
    )
    for row in rows.iter_rows(named=True):
        base = row["base_usd"]
        if not base:
            raise CallError(
                f"the forecast starts from no trade {row['exporter']}-{row['importer']}: no ratio"
            )
        out.setdefault(row["scenario"], {})[row["exporter"], row["importer"]] = tuple(
            None if row[c] is None else row[c] / base for c in ("value_usd", "low_usd", "high_usd")
        )
    return out


def _sum(
    grown: dict[tuple[str, str], float],
    ratio: dict[tuple[str, str], tuple[float | None, ...]],
    which: int,
) -> float | None:
    total = 0.0
    for key, value in grown.items():
        if key not in ratio:
            raise CallError(f"the forecast holds no flow {'-'.join(key)}")
        part = ratio[key][which]
        if part is None:
            return None
        total += value * part
    return total


def _sectors(trade: pl.DataFrame, pair: tuple[str, str]) -> pl.DataFrame:
    """Return what each direction and sector trades and could, by gravity's prediction for an
    average pair."""
    rows = trade.filter(
        pl.col("exporter").is_in(pair)
        & pl.col("importer").is_in(pair)
        & (pl.col("exporter") != pl.col("importer"))
    )
    return rows.select(
        "exporter",
        "importer",
        "sector_id",
        pl.col("value_usd").alias("traded_usd"),
        "potential_usd",
        (pl.col("potential_usd") - pl.col("value_usd")).clip(lower_bound=0.0).alias("headroom_usd"),
    ).sort("headroom_usd", descending=True)


def _sentences(
    steps: pl.DataFrame, sectors: pl.DataFrame, target_usd: float, by: int, pair: tuple[str, str]
) -> tuple[str, ...]:
    out: list[str] = []
    for (name,), part in steps.group_by("series", maintain_order=True):
        first = part.row(0, named=True)
        growth = message(
            "{figure}%", figure=figure(first["needed_growth_share_per_year"] * 100, "+.0f")
        )
        out.append(
            message(
                "From USD {base} ({series}, twelve months to {date}) to {target} by {year} takes "
                "{growth} a year over {years} years ({times} times).",
                base=million(first["base_usd"]),
                series=name,
                date=first["ends_on"],
                year=by,
                target=million(target_usd),
                growth=growth,
                years=figure(first["years"], ".1f"),
                times=figure(target_usd / first["base_usd"], ".1f"),
            )
        )
        out.append(
            message(
                "Growth of both economies alone gives {value}, {gap} short.",
                value=million(first["value_usd"]),
                gap=million(first["gap_usd"]),
            )
        )
        scenarios = part.slice(1).filter(pl.col("value_usd").is_not_null())
        out += [_against(row, first["value_usd"]) for row in scenarios.iter_rows(named=True)]
        if scenarios.height:
            best = scenarios.sort("value_usd").row(-1, named=True)
            if best["gap_usd"] > 0:
                out.append(
                    message(
                        "Even with the best of these ({scenario}), {gap} would have to come from "
                        "new products and buyers: transport covers {share} of the way.",
                        scenario=best["step"],
                        gap=million(best["gap_usd"]),
                        share=_part(best["transport_share"]),
                    )
                )
            else:
                out.append(message("The target is reached: {scenario}.", scenario=best["step"]))
    traded = float(sectors["traded_usd"].sum())
    could = float(sectors["potential_usd"].sum())
    if could > 0:
        top = [
            message(
                "{sector} from {exporter} to {importer}: {value}",
                sector=r["sector_id"],
                exporter=r["exporter"],
                importer=r["importer"],
                value=million(r["headroom_usd"]),
            )
            for r in sectors.head(3).iter_rows(named=True)
        ]
        out.append(
            message(
                "A pair of this size at this distance would on average trade {value} (gravity), "
                "against {traded} now; the largest room: {rooms}.",
                value=million(could),
                traded=million(traded),
                rooms=joined(top),
            )
        )
        if could < target_usd:
            out.append(
                message(
                    "The target lies {times} times above that average: it would take relations "
                    "far closer than {one} and {other} have with others.",
                    times=figure(target_usd / could, ".1f"),
                    one=pair[0],
                    other=pair[1],
                )
            )
    return tuple(out)


def _against(row: dict[str, Any], plain: float) -> str:
    """Say how a scenario stands to growth alone, and what part of the way to the target that is."""
    more = row["value_usd"] - plain
    share = row["transport_share"]
    told = {
        "scenario": row["step"],
        "value": with_band(row["value_usd"], row["low_usd"], row["high_usd"]),
        "difference": million(abs(more)),
    }
    if abs(more) < 5e5:
        return message("{scenario}: {value}, no more than growth alone.", **told)
    if more < 0:
        return message("{scenario}: {value}, {difference} less than growth alone.", **told)
    if share is None:
        return message("{scenario}: {value}, {difference} more than growth alone.", **told)
    return message(
        "{scenario}: {value}, {difference} more than growth alone or {share} of the way to the "
        "target.",
        share=_part(share),
        **told,
    )


def _part(share: float | None) -> str:
    if share is None:
        # Translators: all of the way.
        return message("all")
    return message("{figure}%", figure=figure(share * 100, ".1f" if share < 0.1 else ".0f"))


def million(usd: float) -> str:
    """Return a sum in millions or billions of USD, short."""
    if usd >= 1e9:
        return message("{figure} bn", figure=figure(usd / 1e9, ",.2f"))
    return message("{figure} m", figure=figure(usd / 1e6))


def with_band(usd: float, low_usd: float | None, high_usd: float | None) -> str:
    """Return a sum with its interval, where there is one."""
    if low_usd is None or high_usd is None:
        return million(usd)
    # Translators: a sum of money and its interval.
    return message(
        "{value} ({low} to {high})",
        value=million(usd),
        low=million(low_usd),
        high=million(high_usd),
    )
