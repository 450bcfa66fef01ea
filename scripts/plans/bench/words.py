"""Words that made-up reports are written with: indicators, modifiers, verbs, names.

None comes from a document. They are chosen so that the phrase grammar has the same work as in real reports: units of
many kinds, comparators before and after the number, numerals in characters, words that merely look like units. What is
measured goes by few names wherever it is reported, so each indicator has its own modifiers and verbs, some usual and
some rare; with their numbers, most phrases still differ.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache


def _words(text: str) -> list[str]:
    return text.split()


def _pairs(text: str) -> dict[str, str]:
    """Chinese words with their English."""
    return dict(entry.split(" ", 1) for entry in text.split("|"))


IN_ENGLISH = _pairs(
    "智慧化 Smart|老旧 Older|社区 Community|滨海 Seaside|乡村 Rural|高品质 Quality|市级 Municipal|省级 Provincial|公共 Public|特色 Speciality|绿色 Green|便民 Convenience|标准化 Standard|新型 New|综合 General|城区 Urban|片区 Area|口袋 Pocket|开放式 Open|沿街 Street|山区 Mountain|沿河 Riverside|主城区 Central|东部 Eastern|"
    "西部 Western|南部 Southern|北部 Northern|中心 Core|沿海 Coastal|县域 County|镇级 Town|校园 Campus|园区 Park|示范性 Model|普惠性 Inclusive|嵌入式 Embedded|共享 Shared|数字化 Digital|低碳 Low-Carbon|地下 Underground|立体 Layered|应急 Emergency|惠民 Benefit|重点 Key|骨干 Backbone|农村 Countryside|历史 Historic|文化 Culture"
)
MODIFIERS = tuple(IN_ENGLISH)

MEASURED = {
    "growth_rate": (
        ("地区生产总值", "gdp", "economy"),
        ("规上工业增加值", "industry", "industry"),
        ("固定资产投资", "investment", "economy"),
        ("社会消费品零售总额", "retail-sales", "consumption"),
        ("一般公共预算收入", "budget-revenue", "finance"),
        ("居民人均可支配收入", "resident-income", "welfare"),
        ("进出口总额", "foreign-trade", "trade"),
        ("高技术制造业产值", "high-tech-output", "technology"),
        ("服务业营业收入", "services-revenue", "industry"),
        ("数字经济核心产业增加值", "digital-core", "digital"),
        ("海洋生产总值", "ocean-product", "marine"),
        ("民间投资", "private-investment", "economy"),
        ("软件业务收入", "software-revenue", "digital"),
        ("旅游总收入", "tourism-revenue", "culture_tourism"),
        ("农产品网络零售额", "farm-online-sales", "rural"),
    ),
    "level": (
        ("贷款余额", "loans", "finance"),
        ("技术合同成交额", "technology-contracts", "technology"),
        ("海工装备产业规模", "marine-equipment", "marine"),
        ("存款余额", "deposits", "finance"),
        ("外贸进出口额", "trade-value", "trade"),
        ("生物医药产业产值", "biomedicine-output", "health"),
        ("消费券核销额", "vouchers-spent", "consumption"),
        ("基金管理规模", "funds-managed", "finance"),
        ("跨境电商交易额", "cross-border-sales", "trade"),
        ("研发投入", "research-spending", "technology"),
    ),
    "share": (
        ("空气质量优良率", "air-quality", "environment"),
        ("垃圾分类覆盖率", "waste-sorting", "environment"),
        ("污水集中处理率", "sewage-treatment", "environment"),
        ("普惠性幼儿园占比", "inclusive-kindergartens", "education"),
        ("签约居民服务率", "family-doctors", "health"),
        ("政务服务网办率", "online-services", "governance"),
        ("林木绿化率", "green-cover", "environment"),
        ("群众诉求办结率", "requests-closed", "governance"),
    ),
    "area": (
        ("绿化面积", "green-space", "environment"),
        ("产业载体", "business-premises", "industry"),
        ("闲置楼宇", "idle-buildings", "urban"),
        ("绿色建筑", "green-building", "urban"),
        ("征收房屋", "housing-expropriated", "urban"),
        ("工业厂房", "factory-space", "industry"),
    ),
    "persons": (
        ("城镇新增就业", "urban-jobs", "employment"),
        ("技能培训", "skills-training", "employment"),
        ("老年人体检", "elderly-checkups", "health"),
        ("引进青年人才", "young-talent", "employment"),
        ("惠民演出观众", "performance-audience", "culture_tourism"),
    ),
}
"""Indicators of each measure: printed label, stem of the id, theme."""

COUNTED = (
    ("停车场", "car-parks", "处", "urban"),
    ("公园", "parks", "处", "urban"),
    ("中小学", "schools", "所", "education"),
    ("幼儿园", "kindergartens", "所", "education"),
    ("充电桩站点", "charging-sites", "处", "urban"),
    ("老旧小区", "old-estates", "个", "urban"),
    ("健身场地", "fitness-grounds", "处", "culture_tourism"),
    ("养老服务中心", "elder-care-centres", "处", "welfare"),
    ("卫生室", "clinics", "处", "health"),
    ("道路", "roads", "条", "urban"),
    ("背街小巷", "lanes", "条", "urban"),
    ("书房", "study-rooms", "处", "culture_tourism"),
    ("展览", "exhibitions", "场", "culture_tourism"),
    ("群众赛事", "sports-events", "场", "culture_tourism"),
    ("招聘会", "job-fairs", "场", "employment"),
    ("文艺演出", "performances", "场", "culture_tourism"),
    ("高新技术企业", "high-tech-firms", "家", "technology"),
    ("专精特新企业", "specialised-firms", "家", "industry"),
    ("瞪羚企业", "gazelle-firms", "家", "technology"),
    ("首店", "first-stores", "家", "consumption"),
    ("总部机构", "headquarters", "家", "finance"),
    ("孵化器", "incubators", "家", "technology"),
    ("创新平台", "innovation-platforms", "个", "technology"),
    ("智能工厂", "smart-factories", "个", "industry"),
    ("应用场景", "application-scenes", "个", "digital"),
    ("家庭农场", "family-farms", "家", "rural"),
    ("美丽庭院", "courtyards", "户", "rural"),
    ("保障性住房", "affordable-homes", "套", "welfare"),
    ("人才公寓", "talent-flats", "套", "employment"),
    ("加装电梯", "lifts", "部", "urban"),
    ("公交线路", "bus-routes", "条", "urban"),
    ("惠民实事", "livelihood-items", "项", "welfare"),
    ("科技成果", "research-results", "项", "technology"),
    ("改革事项", "reform-items", "项", "governance"),
    ("政策服务包", "policy-packages", "项", "governance"),
    ("路口", "junctions", "处", "urban"),
    ("供热管网", "heating-networks", "处", "urban"),
    ("积水点", "flooding-points", "处", "safety"),
    ("消防站点", "fire-stations", "处", "safety"),
    ("直播基地", "livestream-bases", "处", "consumption"),
    ("博物馆", "museums", "座", "culture_tourism"),
    ("人行天桥", "footbridges", "座", "urban"),
    ("变电站", "substations", "座", "industry"),
    ("实训基地", "training-bases", "处", "employment"),
    ("托育点", "childcare-sites", "处", "welfare"),
    ("社区食堂", "canteens", "处", "welfare"),
    ("无障碍设施", "accessible-facilities", "处", "welfare"),
    ("农贸市场", "markets", "处", "consumption"),
    ("志愿服务队", "volunteer-teams", "支", "governance"),
    ("产业基金", "industry-funds", "支", "finance"),
)
"""Things that are counted: printed label, stem of the id, printed unit, theme."""

FOUNDING = _words("新建 新增 改造 提升 建设 打造 完善 优化 实施 推进 建成投用 规划建设 改造提升 新改扩建 加快建设")
HOLDING = _words("举办 组织 开展 策划举办 承办")
ATTRACTING = _words("新培育 引进 培育 招引 认定 扶持")
VERBS = {"场": HOLDING, "家": ATTRACTING, "支": _words("组建 设立")}
"""Verbs by unit; FOUNDING for every other."""

PLACES_FROM = _pairs(
    "云 Yun|龙 Long|凤 Feng|青 Qing|碧 Bi|金 Jin|银 Yin|星 Xing|海 Hai|湖 Hu|泉 Quan|松 Song|梅 Mei|兰 Lan|竹 Zhu|桃 Tao|柳 Liu|瑞 Rui|祥 Xiang|福 Fu|"
    "康 Kang|宁 Ning|盛 Sheng"
)
PLACES_TO = _pairs(
    "山 shan|湾 wan|岭 ling|河 he|溪 xi|谷 gu|岛 dao|塘 tang|桥 qiao|林 lin|坡 po|洲 zhou|港 gang|台 tai|园 yuan"
)
"""Characters of place names with their readings; no two names are read alike."""


@lru_cache(maxsize=1)
def places() -> tuple[tuple[str, str], ...]:
    """Names of places and how they are read: first those of two characters, then those of three."""
    short = [(a + b, f"{x}{y}") for a, x in PLACES_FROM.items() for b, y in PLACES_TO.items()]
    long = [
        (a + c + b, f"{x}{z.lower()}{y}")
        for a, x in PLACES_FROM.items()
        for c, z in PLACES_FROM.items()
        if a != c
        for b, y in PLACES_TO.items()
    ]
    return tuple(short + long)


WORKS = (
    ("产业园", "Industrial Park", "industry", "industry"),
    ("实验学校", "Experimental School", "education", "education"),
    ("人民医院新院", "People's Hospital, New Site", "health", "health"),
    ("科创中心", "Innovation Centre", "research", "technology"),
    ("文化馆", "Cultural Centre", "culture_sports", "culture_tourism"),
    ("污水处理厂", "Sewage Works", "water", "environment"),
    ("滨河路改造", "Riverside Road Renewal", "road", "urban"),
    ("商业综合体", "Commercial Complex", "commercial", "consumption"),
    ("安置区", "Resettlement Area", "housing", "urban"),
    ("换乘枢纽", "Interchange", "transit", "urban"),
)
"""Undertakings: last part of the name in both languages, category, theme."""

CAMPAIGNS = (
    ("提质行动", "Quality Drive"),
    ("先锋计划", "Pioneer Scheme"),
    ("服务机制", "Service Mechanism"),
    ("培育工程", "Fostering Programme"),
    ("试点改革", "Pilot Reform"),
    ("文化节", "Culture Festival"),
    ("攻坚战", "Campaign"),
)
FOR_CAMPAIGNS = _pairs(
    "营商 Business|人才 Talent|数字 Digits|海洋 Ocean|生态 Ecology|健康 Health|安全 Safety|消费 Consumer|教育 Education|三农 Farming|邻里 Neighbour|青年 Youth|"
    "银龄 Elderly|科普 Science|法治 Law|体育 Sports"
)
THEMES = {
    "营商": "economy", "人才": "employment", "数字": "digital", "海洋": "marine", "生态": "environment", "健康": "health",
    "安全": "safety", "消费": "consumption", "教育": "education", "三农": "rural", "邻里": "governance", "青年": "employment",
    "银龄": "welfare", "科普": "technology", "法治": "governance", "体育": "culture_tourism",
}  # fmt: skip
"""What campaigns for a subject are about."""

STAGES = (
    ("start", "开工"),
    ("complete", "竣工"),
    ("operate", "投用"),
    ("accelerate", "加快"),
    ("prepare", "做好前期"),
    ("top_out", "主体封顶"),
)


@dataclass(frozen=True)
class Indicator:
    """An indicator of made-up reports: the row of indicators.csv, how it is printed, and what is usual for it.

    Values lie around `usual`, in the printed unit.
    """

    id: str
    label: str
    measure: str
    dimension: str
    unit: str
    symbol: str
    theme: str
    core: bool
    name_zh: str
    name_en: str
    usual: Decimal


_USUAL, _RARE = 3, 9
"""Verbs and modifiers an indicator usually goes with, and those it rarely does."""
_PLACED = 0.4
"""Share of phrases that say where."""


@lru_cache(maxsize=512)
def _wordings(indicator: Indicator) -> tuple[tuple[str, ...], tuple[str, ...]]:
    rng = random.Random(indicator.id)
    verbs = VERBS.get(indicator.symbol, FOUNDING)
    return tuple(rng.sample(MODIFIERS, _RARE)), tuple(rng.sample(verbs, min(_RARE, len(verbs))))


def wording(indicator: Indicator, rng: random.Random) -> tuple[str, str]:
    """A modifier (often none, sometimes with a place) and a verb for an indicator: mostly the usual ones."""
    modifiers, verbs = _wordings(indicator)
    modifier = "" if rng.random() < 0.5 else rng.choice(modifiers[:_USUAL] if rng.random() < 0.8 else modifiers)
    if rng.random() < _PLACED:
        modifier = rng.choice(places())[0] + modifier
    return modifier, rng.choice(verbs[:_USUAL] if rng.random() < 0.8 else verbs)


UNIT_IDS = {
    "处": "chu",
    "所": "suo",
    "个": "item",
    "条": "tiao",
    "场": "chang",
    "家": "jia",
    "户": "household",
    "套": "tao",
    "部": "bu",
    "项": "xiang",
    "座": "zuo",
    "支": "zhi",
}
_MEASURES = {
    "growth_rate": ("growth_rate", "fraction", "percent", "%", "增长率"),
    "level": ("level", "currency", "cny-100m", "亿元", ""),
    "share": ("share", "fraction", "percent", "%", ""),
    "area": ("level", "area", "m2-10k", "万平方米", "面积"),
    "persons": ("flow_count", "persons", "person-10k", "万人", "人数"),
}
_USUAL_OF = {"growth_rate": "6", "share": "80", "persons": "2", "area": "60"}
_SCALES = ("8", "20", "50", "120", "300")


def indicators() -> tuple[Indicator, ...]:
    """All indicators of made-up reports, ordered by id; the first six growth rates are core."""
    made = []
    for kind, entries in MEASURED.items():
        measure, dimension, unit, symbol, ending = _MEASURES[kind]
        for n, (label, stem, theme) in enumerate(entries):
            slug = f"{stem}-growth" if kind == "growth_rate" else stem
            name = label.removesuffix("面积") + ending if kind == "area" else label + ending
            usual = Decimal(_USUAL_OF.get(kind) or _SCALES[n % len(_SCALES)])
            core = kind == "growth_rate" and n < 6
            made.append(
                Indicator(
                    slug, label, measure, dimension, unit, symbol, theme, core, name, _in_words(stem, kind), usual
                )
            )
    for n, (label, stem, symbol, theme) in enumerate(COUNTED):
        dimension = "households" if symbol == "户" else "count"
        usual = Decimal(_SCALES[n % len(_SCALES)])
        made.append(
            Indicator(
                stem,
                label,
                "flow_count",
                dimension,
                UNIT_IDS[symbol],
                symbol,
                theme,
                core=False,
                name_zh=f"{label}数",
                name_en=_in_words(stem, "number"),
                usual=usual,
            )
        )
    return tuple(sorted(made, key=lambda i: i.id))


def _in_words(stem: str, kind: str) -> str:
    name = stem.replace("-", " ").capitalize().replace("Gdp", "GDP")
    return f"{name}, {kind.replace('_', ' ')}"
