"""A small study with rows in nearly every table: the starter with trade, history and evidence."""

from __future__ import annotations

from pathlib import Path

from corridor.study.study import new

TABLES = {
    "countries": """\
country,name,iso3,numeric_code,gdp_usd,gdp_growth_share_per_year,population,goods_exports_usd,goods_imports_usd,lon_deg,lat_deg,neighbours,languages,economy_source_ids,economy_confidence,source_id,confidence,note
KZ,Kazakhstan,KAZ,398,288000000000,0.03,20000000,80000000000,60000000000,71.4,51.2,KG UZ,kk ru,example,C,example,C,
UZ,Uzbekistan,UZB,860,115000000000,0.05,36000000,20000000000,35000000000,69.2,41.3,KZ,uz,example,C,example,C,
ZZ,Rest of the world,,,90000000000000,0.03,8000000000,20000000000000,20000000000000,-74,40.75,,en,example,C,example,C,
""",  # noqa: E501
    "sectors": """\
sector_id,name,hs_chapters,cargo_id,usd_per_t,elasticity,elasticity_low,elasticity_high,time_value_share_per_day,source_id,confidence,note
grain,Grain,10 11,bulk,300,4,2.4,6.4,0.0005,example,C,
goods,Manufactures,84 85,container-40,2000,4.5,2.7,7.2,0.006,example,C,
""",
    "specialisations": """\
specialisation_id,exporter,importer,sector_id,export_share,source_id,confidence,note
kz-grain,KZ,,grain,0.6,example,C,
kz-goods,KZ,,goods,0.4,example,C,
uz-grain,UZ,,grain,0.1,example,C,
uz-goods,UZ,,goods,0.9,example,C,
zz-grain,ZZ,,grain,0.05,example,C,
zz-goods,ZZ,,goods,0.95,example,C,
""",
    "markets": """\
market_id,country,node_id,trade_share,source_id,confidence,note
kz-almaty,KZ,almaty,0.7,example,C,
kz-shymkent,KZ,shymkent,0.3,example,C,
uz-tashkent,UZ,tashkent,0.6,example,C,
uz-samarkand,UZ,samarkand,0.4,example,C,
""",
    "shapes": """\
link_id,line,traced_km,source_id,confidence,note
zhibek-tashkent-road,"LINESTRING (69.365 41.4759, 69.2163 41.2647)",30,example,C,
""",
    "trade": """\
trade_id,exporter,importer,sector_id,year,ends_on,value_usd,weight_t,series,basis,alternative,source_id,confidence,note
kz-uz-2024,KZ,UZ,,2024,,300000000,500000,customs,observed,,example,C,
uz-kz-2024,UZ,KZ,,2024,,110000000,60000,customs,observed,,example,C,
kz-uz-2025,KZ,UZ,,2025,,320000000,520000,customs,observed,,example,C,
uz-kz-2025,UZ,KZ,,2025,,130000000,70000,customs,observed,,example,C,
""",
    "events": """\
event_id,hazard_id,row_id,from_on,to_on,last_seen_on,duration_d,effect_share,cause,source_id,confidence,note
stop-2019,border-stops,zhibek-tashkent-road,2019-02-01,2019-02-04,,,1,dispute,example,C,
stop-2021,border-stops,zhibek-tashkent-road,2021-05-01,,2021-05-09,,1,dispute,example,C,
stop-2022,border-stops,zhibek-tashkent-road,2022-01-20,2022-01-21,,1.5,1,weather,example,C,
stop-2023,border-stops,zhibek-tashkent-road,2023-11-02,2023-11-14,,,0.5,dispute,example,C,
stop-2024,border-stops,zhibek-tashkent-road,2024-03-05,2024-03-07,,,1,works,example,C,
""",
    "figures": """\
figure_id,name,value,unit,from_on,to_on,source_id,confidence,note
trade-before,trade before,410000000,USD,2024-01-01,2024-12-31,example,C,
trade-after,trade after,450000000,USD,2025-01-01,2025-12-31,example,C,
""",
    "claims": """\
check_id,claim_id,statement,value,unit,check,left,right,tolerance_share,decides,source_id,confidence,note
fall,fall,Trade rose by a tenth,0.1,1,change,figures:trade-after:value,figures:trade-before:value,0.1,true,example,C,
bound,bound,What free carriage would bring,,1,lookup,forecast:transport-bound,,,false,example,C,
""",  # noqa: E501
    "commitments": """\
commitment_id,name,metric,target,unit,promised_on,due_on,baseline,measured,measured_on,source_id,confidence,note
billion,Trade of USD 1 bn,trade both ways a year,1000000000,USD,2025-02-04,2028-02-04,figures:trade-before:value,forecast:trade-2028,2028-01-01,example,C,
""",  # noqa: E501
    "replays": """\
replay_id,name,change_id,figure_before_id,figure_after_id,demand_source_id,check_id,source_id,confidence,note
shut,The shut border,border-shut,trade-before,trade-after,example,fall,example,C,
""",
    "observations": """\
observation_id,name,origin,destination,via,cargo_id,depart_on,scenario,modes,metric,country,value,value_low,value_high,explains,source_id,confidence,note
lorry,lorry Almaty-Samarkand,almaty,samarkand,,container-40,2026-07-01,base,road,time_h,,60,50,80,,example,C,
price,price Almaty-Tashkent,almaty,tashkent,,container-40,2026-07-01,base,,cost_usd,,1500,,,,example,C,
""",  # noqa: E501
    "handling": """\
handling_id,from_mode,to_mode,form,handling_h,handling_p95_ratio,usd_per_unit,usd_per_teu,usd_per_t,source_id,confidence,note
road-rail,road,rail,container,12,2,80,,,example,C,
""",
    "capacities": """\
capacity_id,table,row_id,from_node_id,unit,per_day,background_per_day,seen_per_day,t_each,empty_share,year,alternative,source_id,confidence,note
keles-trains,links,saryagash-keles-rail,,trains,35,10,,3000,,2025,,example,C,
""",
    "volumes": """\
volume_id,name,table,row_id,from_node_id,unit,year,per_year,days,with_empties,demand_source_id,scenario,held_out,source_id,confidence,note
keles-rail,Railway by Keles,links,saryagash-keles-rail,,t,2025,900000,,,,,false,example,C,
keles-boxes,Boxes by Keles,links,saryagash-keles-rail,,TEU,2025,9000,31,,,base,true,example,C,
""",
    "demand_seasons": """\
season_id,name,demand_ids,jan_share,feb_share,mar_share,apr_share,may_share,jun_share,jul_share,aug_share,sep_share,oct_share,nov_share,dec_share,source_id,confidence,note
winter,Boxes in winter,almaty-tashkent-boxes,0.2,0.1,0.1,0.1,0.05,0.05,0.05,0.05,0.05,0.05,0.1,0.1,example,C,
""",  # noqa: E501
    "shipments": """\
shipment_id,name,cargo_id,units,origin_node_id,ready_on,units_per_week,deadline_on,penalty_usd_per_unit_day,storage_usd_per_unit_day,lot_units,allowed_modes,value_usd,terms,alternative,source_id,confidence,note
boxes,Sixty boxes,container-40,60,almaty,2026-07-01,20,2026-09-01,50,2,1,road rail,2400000,DAP,,example,C,
""",  # noqa: E501
    "shipment_destinations": """\
destination_id,shipment_id,node_id,share,alternative,source_id,confidence,note
boxes-tashkent,boxes,tashkent,0.75,,example,C,
boxes-samarkand,boxes,samarkand,0.25,,example,C,
""",
    "shipment_slots": """\
slots_id,shipment_id,mode,units_per_week,departure_units,lot_units,alternative,source_id,confidence,note
boxes-road,boxes,road,10,5,1,,example,C,
""",
    "changes": """\
change_id,table,row_id,column,op,value,from_on,to_on,alternative,source_id,confidence,note
border-shut,links,crossing:KZ-UZ,status,set,closed,2027-01-01,2027-02-01,,example,C,
border-quick,links,crossing:KZ-UZ,fixed_h,scale,0.5,,,,example,C,
border-quicker,links,crossing:KZ-UZ,fixed_h,scale,0.8,,,,example,C,
""",
    "projects": """\
project_id,name,programme,country,change_ids,capex_usd,capex_p5_usd,capex_p95_usd,capex_shares,opex_usd_per_year,opex_usd_per_t_km,build_years,life_years,residual_share,earliest_on,requires,excludes,status,reference_class,source_id,confidence,note
scanners,Scanners at the border,border,UZ,border-quick,12000000,10000000,20000000,0.4 0.6,500000,,2,15,0.1,2027-01-01,,,study,it,example,C,
offices,Joint offices at the border,border,KZ,border-quicker,9000000,,,,,,1,30,,,scanners,,idea,building,example,C,
""",  # noqa: E501
    "project_payers": """\
payer_id,project_id,payer,payer_country,share,source_id,confidence,note
scanners-kz,scanners,state,KZ,0.5,example,C,
scanners-uz,scanners,state,UZ,0.3,example,C,
scanners-grant,scanners,donor,,0.2,example,C,
offices-kz,offices,private,KZ,1,example,C,
""",
    "states": """\
state_id,place,month,state,source_id,confidence,note
border-2026-01,border-stops,2026-01,open,example,C,
border-2026-02,border-stops,2026-02,shut,example,C,
""",
    "service_classes": """\
class_row_id,service_class,mode,country,active_h_per_day,fixed_ratio,rate_ratio,alternative,source_id,confidence,note
two-drivers,two-drivers,road,,20,,1.2,,example,C,
""",
    "regimes": """\
regime_id,name,table,row_id,share,fixed_h,fixed_p95_h,extra_usd,from_on,to_on,alternative,source_id,confidence,note
queue,Queue at the border,links,zhibek-tashkent-road,0.2,40,80,100,,,,example,C,
""",
    "holidays": """\
holiday_id,name,country,row_id,from_on,to_on,alternative,source_id,confidence,note
nauryz,Nauryz,KZ,zhibek-tashkent-road,2026-03-21,2026-03-23,,example,C,
""",
    "questions": """\
question_id,number,question,verb,origin,destination,cargo_id,depart_on,scenario,via,avoid,require,max_transshipments,deadline_on,carrier,choices,element,about,country_sequences,mode_sets,passes,forbidden,says,season_from,season_to,days_low,days_high,usd_low,usd_high,km_low,km_high,routes_high,judged,explains,source_id,confidence,note
q01,1,Almaty-Samarkand: how does a box go in July?,route,almaty,samarkand,container-40,2026-07-01,base,,,,,,,,,quickest,KZ UZ,road,,,,,,1,5,500,3000,,,,,,example,C,
""",  # noqa: E501
}
TARGET = """\

[target]
between = ["KZ", "UZ"]
year = 2025
target_usd = 1000000000
by = 2028
scenarios = ["border-shut"]
"""


def every_table(folder: Path) -> Path:
    """Write the study into a folder that is not there yet and return the folder."""
    new(folder)
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    with (folder / "study.toml").open("a", encoding="utf-8") as settings:
        settings.write(TARGET)
    return folder
