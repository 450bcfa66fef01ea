"""Counts of what a text itself lists or announces: 2个先导产业, 聚焦六大领域, A、B、C三张清单."""

from __future__ import annotations

import re

_CL = "个|大|项|方面|类|条|件|种|张|支|家|座|处|所|批|轮|道|门|本|位|名|级|套"
ANNOUNCED = re.compile(
    rf"^(?:余|多)?(?:{_CL})?(?:重点|主要|标志性|关键|重要|核心|突出|具体|基本|不同|省级|市级|国家级|细分|优势|主导|特色|新兴|未来)*"
    r"(?:方面|领域|维度|环节|层面|层级|阶段|步骤|统筹|坚持|聚力|聚焦|导向|原则|优先|关系|抓手|着力点|体系(?!建设)|战略|目标|定位|功能|市场|中心任务|问题|特点|特征|优势|板块|方向|确保|维护|意识|自信|"
    r"转变|突破|提升年|行动|攻坚战|工程|计划|战役|任务(?!完成)|要求|能力|举措(?!落)|主题|标准(?!化)|理念|层次|梯次|梯度|需求|办法|意见|主体责任|主体|维|面|上|清单|台账|底线|红线|支柱|"
    r"先导产业|主导产业|支柱产业|优势产业|特色产业|产业链|产业集群|产业(?=[,。;、和的发加快实协提强、]|等|链|$)|集群|赛道|战略任务)"
)
FOCUS = re.compile(
    r"(?:围绕|聚焦|紧扣|瞄准|锚定|按照|坚持|突出|对照|紧盯|深耕|涵盖|覆盖|包括|分为|共|统筹|依托)[^,。;、\d]{0,10}$"
)
BIG = re.compile(r"^大(?!型|学|专(?!业|项)|班|中|病|气|数据|棚|额|宗|道|厦|坝|桥|剧|熊猫)")
ABSTRACT = re.compile(
    r"^(?:大|个|项|类|条|种|级)?[^,。;、\d]{0,8}?(?:领域|产业(?!项目|园|基地)|主题|方面|市场|体系|机制|制度|方向|板块|赛道|环节|维度|主体|国家|城市|功能|品牌|文章|行动|工程|补贴|计划|战略|清单|平台|要素|关系|任务|内容|专项|措施|问题|示范|部分|标志|能力|节点|层次|园区)"
)
"""Nouns that gather what was listed; 3个安置区 counts places instead, which are built."""
ASSIGNED = re.compile(
    r"(?:工作|[会大]会|全会|党委|政府|区委|市委|省委|国家|国务院)[^,;。]{0,8}(?:明确|部署|提出|确定)的$"
)
"""What somebody else announced (中央经济工作会议明确的9项)."""
CARRIED_OUT = re.compile(r"(?:落实|执行|贯彻|兑现|用好|用足)[^,;。\d]{0,24}$")
"""A policy that is carried out (落实人才新政52条): how many articles it has is neither done nor reached."""
_CLAUSE = re.compile(r"[,。;:!?]")
_JOIN = re.compile(r"以及|[、和与及]")
_QUOTED = re.compile(r"(?:[“‘][^“”‘’]+[”’]、?){2,}$")
_OPEN = ("等", "等等")


def items_before(before: str) -> list[str]:
    """The items of a list that ends right before a number; none where 等 leaves the list open or it holds numbers."""
    run = _CLAUSE.split(before)[-1]
    if run.endswith(_OPEN) or re.search(r"\d", run):
        return []
    quoted = _QUOTED.search(run)
    if quoted:
        return re.findall(r"[“‘]([^“”‘’]+)[”’]", quoted.group())
    return [p for p in _JOIN.split(run) if p] if _JOIN.search(run) else []
