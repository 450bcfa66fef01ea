"""What a figure is: target, result, attribute of a project, part of a mechanism, or context with a reason."""

from __future__ import annotations

import re

from planspec.grammar.listing import ANNOUNCED, ASSIGNED, BIG, CARRIED_OUT, FOCUS
from planspec.scan.counting import enumerates
from planspec.scan.figures import Figure
from planspec.scan.places import Place
from planspec.scan.projects import belongs_to_project
from planspec.scan.sections import FRAME, FRONT, NOTES, PLAN, RESULTS

_REACH = 60
_NOTE_BEFORE, _NOTE_AFTER = re.compile(r"\[{1,2}$"), re.compile(r"\]{1,2}")
_CHINESE_YEAR = re.compile(r"[一二][〇零九][〇零一二三四五六七八九]{2}")
_LIST_NUMBER = re.compile(r"^(?:[.、．](?!\d)|[)）])")
_PEOPLE_OF = re.compile(
    r"^多?万?(?:各族|全市|全区|[一-鿿]{0,6})?(?:人民|儿女|市民|群众|百姓|干部群众|父老)(?:的|对|共|同|齐|勠|团|敢|生|为|是|,|。|凝|心|幸|满|期|美|安|奋|砥|踔|勇)"
)
_STAFF = re.compile(r"^(?:名|个|人|家|支|位)")
_MECHANISM = re.compile(
    r"机制|模式|行动|工程|计划|改革|制度|体系|政策|工作法|服务|平台|办法|方案|活动|做法|专项|办理|监管|审批|一件事|通办"
)
_NAMED_NUMBER = re.compile(r"^[“”'‘’]?(?:指|即|是指|代表|为)")
_RATIO = re.compile(r"[:/]\d|^\d+(?:\.\d+)?[:/]")
_PAST_IN_PLAN = re.compile(
    r"(?:过去[一五]年|[一五]年来|去年)[^。;]{0,40}$|(?:去年|上年(?!度?(?:水平|增|同期))|过去[一五]年|一年来|五年来|近年来|截至|目前|现有)[^,。;]{0,30}$|(?:已经?|累计已)(?:建成|完成|达|有|实现|开工|落户|集聚|突破|超过|形成|覆盖)[^,。;]{0,20}$"
)
_COMPARED = re.compile(r"(?:较|比|同|以|按|在)$")
_FUTURE_IN_RESULTS = re.compile(
    r"(?:力争|确保|计划|预期|规划)?(?:到|至)(20\d\d)年[^。;]{0,60}$|(?:今后|未来)[一二三四五六\d]+年[^。;]{0,60}$|(?:明年|下一步)[^。;]{0,60}$"
)
_TELEPHONE = re.compile(r"(?:电话|热线|QQ|微信|手机|传真|邮编)[::]?$")


def role_of(figure: Figure, place: Place, figures: list[Figure]) -> tuple[str, str]:
    """Role and, for context and furniture, the reason. `figures`: all of the sentence, in order."""
    text = place.sentence
    before, after = text[max(0, figure.start - _REACH) : figure.start], text[figure.end : figure.end + _REACH]
    if place.part == FRAME:
        return "furniture", _frame_reason(figure, before, after)
    if figure.kind == "words":
        return ("target" if place.headline or _ahead(place, before) else "result"), ""
    if figure.kind == "digits" and _NOTE_BEFORE.search(before) and _NOTE_AFTER.match(after):
        return "context", "name"
    if figure.kind == "numeral" and after.startswith("年") and _CHINESE_YEAR.fullmatch(text[figure.start : figure.end]):
        return "context", "date"
    if _is_list_number(figure, place, before, after):
        return "context", "heading"
    if place.headline and figure.reading is not None:
        return "target", ""
    if place.part == NOTES and figure.reason == "name" and _staffed(text, figure):
        return "initiative", ""
    reason = figure.reason or _context_reason(figure, place, before, after)
    if reason:
        return "context", reason
    if place.part == FRONT:
        return "context", "name"
    if place.part == NOTES:
        return _in_notes(figure, text, before, after)
    if belongs_to_project(figure, place, before, after, figures):
        return "project", ""
    if place.heading and figure.reading is not None and figure.kind == "numeral":
        return "context", "enumeration"
    return ("target" if _ahead(place, before) else "result"), ""


def _frame_reason(figure: Figure, before: str, after: str) -> str:
    if figure.reason == "date" or re.match(r"^[-/年月日:.]", after) or re.search(r"\d[-/:.]$", before):
        return "date"
    if _TELEPHONE.search(before) and figure.end - figure.start >= 5:
        return "private"
    return "page"


def _is_list_number(figure: Figure, place: Place, before: str, after: str) -> bool:
    """A number that numbers: (4), 3. at the head of an item, [12] as a note mark."""
    if figure.kind != "digits":
        return False
    if re.search(r"(?:^|[。:;!”])\($", before) and after.startswith(")"):
        return True
    length = figure.end - figure.start
    if (
        length <= 2
        and _LIST_NUMBER.match(after)
        and (not before or before[-1] in "。:;!*#]")
        and not re.match(r"^\.\d", after)
    ):
        return True
    return (
        length <= 2
        and not before
        and place.first
        and figure.reading is None
        and not figure.reason
        and bool(re.match(r"^[一-鿿“]", after))
    )


_SPAN_OF_YEARS = re.compile(r"^(?:[—\-~至到]\d{1,2})?(?:个)?年")
_YEARS_AHEAD = re.compile(r"(?:未来|今后|此后|往后)(?:\d{1,2}[—\-~至到])?$")
_RULES_AFTER = re.compile(r"^(?:条|项)(?:政策|措施|举措|意见|新政|办法)")
_RULES_BEFORE = re.compile(r"(?:政策|措施|举措|意见|新政|办法)$")


def _existing_rules(before: str, after: str) -> bool:
    """How many articles an existing policy has that is only carried out (落实人才新政52条): neither goal nor outcome."""
    named = _RULES_AFTER.match(after) or (after.startswith("条") and _RULES_BEFORE.search(before))
    return bool(named and CARRIED_OUT.search(before))


_RANKED_AMONG = re.compile(r"^(?:个|家|座)[^,;。\d]{0,14}(?:中|里)?(?:排名|排|位列|位居|居|列)(?:第|首|前)")


def _context_reason(figure: Figure, place: Place, before: str, after: str) -> str:
    """Why a number that reads as a quantity is context all the same; "" where it is none."""
    reading = figure.reading
    if reading is None:
        if _RATIO.search(before[-1:] + "0" + after[:2]) or (before.endswith((":", "/")) and after[:1] in ":/"):
            return "" if place.part in (RESULTS, PLAN) and not place.heading else "standing figure"
        if re.match(r"^×", after):
            return ""
        return "name" if figure.kind == "digits" else "ordinal"
    if re.match(r"^类\d", after):
        return "enumeration"
    if figure.kind == "digits" and _YEARS_AHEAD.search(before) and _SPAN_OF_YEARS.match(after):
        return "date"
    if figure.kind == "digits" and (
        _RANKED_AMONG.match(after) or _existing_rules(before, after) or before.endswith("到期后再延长")
    ):
        return "standing figure"
    if (
        (figure.kind == "numeral" or FOCUS.search(before))
        and re.match(r"^(?:个|大|项)[“‘]", after)
        and reading.comparator == "eq"
        and reading.value <= 20
        and not re.search(r"(?:新增|新建|建成|打造|培育|创建|建设)[^,。;]{0,4}$", before)
    ):
        return "enumeration"
    if ASSIGNED.search(before) and reading.value <= 30:
        return "enumeration"
    if figure.kind == "digits" and not reading.unit and reading.value % 1 != 0:
        return ""
    if not reading.unit and figure.kind == "digits":
        if ANNOUNCED.match(after) or BIG.match(after):
            return "enumeration"
        if re.search(
            r"(?:指数|系数|得分|评分|总分|强度|倍差|倍率|满意度|比例|比为|升至|降至|达|达到|增至|为|突破|超过?|缩小到|提高到)$",
            before,
        ) or re.match(r"^(?:以上|以下|以内|左右|分|余|多)", after):
            return ""
        if re.search(r"[:/×]$", before) or re.match(r"^[:/×]\d", after):
            return ""
        return "name"
    if (
        re.search(r"(?:依托|拥有(?!量)|现有|境内|辖区)[^,。;、\d]{0,10}(?<![达超到破过近约])$", before)
        and place.part == PLAN
        and reading.comparator in ("eq", "approx")
    ):
        return "standing figure"
    if (
        _PEOPLE_OF.match(after)
        and reading.unit in ("万人", "人", "万", "亿人", "")
        and not re.search(r"(?:惠及|带动|让|为|帮助|解决|服务|覆盖)$", before)
    ):
        return "standing figure"
    if enumerates(figure, place, before, after):
        return "enumeration"
    return ""


def _in_notes(figure: Figure, text: str, before: str, after: str) -> tuple[str, str]:
    """Glossaries explain names: most numbers are part of one, some describe how a mechanism works."""
    if figure.reading is None or _NAMED_NUMBER.match(after) or not figure.reading.unit:
        return "context", "name"
    if (
        figure.reading.value <= 20
        and figure.reading.comparator == "eq"
        and figure.reading.unit in ("个", "项", "类", "条", "件", "种", "大", "级", "张", "支", "门", "名")
        and (ANNOUNCED.match(after[1:]) or ANNOUNCED.match(after))
    ):
        return "context", "enumeration"
    if re.search(r"全[市区县省州](?:现有|共有)?$", before):
        return "context", "standing figure"
    if re.search(r"全年|今年", text) and figure.reading.unit in ("场", "次", "家", "期"):
        return "target", ""
    title = re.split(r"[:：]", text)[0][:40]
    if _MECHANISM.search(title) and ":" in text[: figure.start]:
        return "initiative", ""
    return "context", "standing figure"


def _staffed(text: str, figure: Figure) -> bool:
    """A quoted number of people or teams in the explanation of a mechanism (“148名社区民警+256名社区辅警”)."""
    return bool(_STAFF.match(text[figure.end : figure.end + 2])) and bool(
        _MECHANISM.search(re.split(r"[:：]", text)[0][:40])
    )


def _ahead(place: Place, before: str) -> bool:
    """Whether the figure looks ahead: by the part it stands in, unless its own clause says otherwise."""
    sentence_before = before
    clause = re.split(r"[,;。:]", before)[-1]
    if place.part in (RESULTS, FRONT):
        match = _FUTURE_IN_RESULTS.search(sentence_before)
        return bool(match and (match.group(1) is None or int(match.group(1)) >= place.year))
    if re.search(r"(?:已|已经)?连续$", before) and not re.search(r"(?:力争|确保|争取|保持|继续)[^,。;]*$", before):
        return False
    years = [(int(m.group(1)), m.start()) for m in re.finditer(r"(?<!\d)((?:19|20)\d\d)年(?!度?(?:水平|底前))", before)]
    if (
        years
        and years[-1][0] < place.year
        and not _COMPARED.search(before[: years[-1][1]])
        and not re.search(r"(?:基础上|水平)[^,]{0,8}$|(?:到|至)$", before[: years[-1][1]])
    ):
        since = before[years[-1][1] :]
        if len(since) < 40 and not re.search(r"[。;]", since) and "基础上" not in since and "以来" not in since:
            return False
    return not (_PAST_IN_PLAN.search(before) and not re.search(r"基础上|同比", clause))
