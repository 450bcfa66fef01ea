"""Words of the data diff in both languages."""

from __future__ import annotations

from planspec.diff.bump import LEVEL_OF, LEVELS
from planspec.diff.meaning import IDENTITY
from planspec.diff.model import Reason

TITLES = {
    "package_renamed": ("the package's name or identifier changed", "数据包的名称或标识改变"),
    "licence_changed": ("the licence changed", "许可协议改变"),
    "resource_removed": ("resource removed", "删除资源"),
    "resource_renamed": ("resource renamed", "资源改名"),
    "resource_emptied": ("all rows gone", "全部行被删除"),
    "encoding_changed": ("the file's format, encoding or dialect changed", "文件的格式、编码或方言改变"),
    "relocated": ("file moved: a script that loads it by its path fails", "文件移动：按路径读取的程序会失败"),
    "field_added": ("field added", "增加字段"),
    "field_removed": ("field removed", "删除字段"),
    "field_renamed": ("field renamed", "字段改名"),
    "fields_reordered": ("fields in another order", "字段顺序改变"),
    "field_retyped": ("type, format, unit or missing values changed", "类型、格式、单位或缺失值改变"),
    "constraint_tightened": ("constraint tightened", "约束收紧"),
    "key_changed": ("primary key changed", "主键改变"),
    "reference_added": ("foreign key added", "增加外键"),
    "key_gone": ("key gone", "键消失"),
    "key_renamed": ("key renamed", "键改名"),
    "meaning_changed": ("meaning of a key changed", "键的含义改变"),
    "key_reused": ("withdrawn key used again", "停用键被重新使用"),
    "resource_added": ("resource added", "增加资源"),
    "rows_added": ("rows added", "增加行"),
    "constraint_loosened": ("constraint loosened", "约束放宽"),
    "reference_removed": ("foreign key removed", "删除外键"),
    "reference_moved": ("foreign key refers to another table or column", "外键改为引用其他表或列"),
    "reference_followed": ("rows follow a renamed key", "行随改名的键更新"),
    "corrected": ("rows corrected", "更正行"),
    "row_withdrawn": ("rows withdrawn whose key names no record", "撤回行（其键不标识记录）"),
    "described": ("title, description or other metadata changed", "标题、说明等元数据改变"),
    "rewritten": ("same values written differently", "同一数值的写法改变"),
    "reordered": ("rows in another order", "行的顺序改变"),
}
"""What each kind of change is called: English, Chinese."""

WORDS = {
    "en": {
        "title": "Data diff",
        "demands": "demands a {level} version",
        "least": "the next version is at least {version}",
        "nothing": "demands no new version",
        "same": "No difference.",
        "package": "package",
        "first": "first",
        "rows": "rows",
        "old": "old",
        "new": "new",
        "empty_cell": "(empty)",
        "order": "order changed",
        "more": "… and {count} more, not listed",
        "cut": "… (+{count} characters)",
        "table": "table",
        "key": "key",
        "no_key_short": "whole row",
        "added": "added",
        "gone": "gone",
        "renamed": "renamed",
        "changed": "changed",
        "unchanged": "Unchanged",
        "withdrawn": "withdrawn",
        "replaced": "replaced by {key}",
        "unretired": "not listed in retired.csv",
        "reused": "was withdrawn before",
        "working": "working folder",
        "why": "Why",
        "counts": "Rows",
        "structure": "Fields, resources, description",
        "keys": "Keys gone, renamed or with another meaning",
        "figure": "Values, comparators, units",
        "rows_added": "Rows added",
        "rows_removed": "Rows withdrawn",
        "reading": "Strength, stage and other readings",
        "place": "Places in the sources and references",
        "note": "Names, notes and other words",
        "form": "Same values written differently",
        "remarks": "About the comparison",
        "no_key": "no key in common: whole rows were compared",
        "empty": "empty in both",
        "empty_before": "empty before",
        "emptied": "empty now",
        "doubled_old": "{count} keys stood more than once ({key}: {times} times); their rows are not paired",
        "doubled_new": "{count} keys stand more than once ({key}: {times} times); their rows are not paired",
        "no_header": "the file of {side} has no header",
        "not_in_file": "the schema of {side} has columns that its file lacks: {columns}",
        "not_in_schema": "the file of {side} has columns that its schema lacks: {columns}",
        "none": "none",
        "patch": "patch",
        "minor": "minor",
        "major": "major",
        "change": "change",
        "step": "step",
    },
    "zh": {
        "title": "数据差异",
        "demands": "需要升级{level}",
        "least": "下一版本至少为 {version}",
        "nothing": "不需要新版本",
        "same": "没有差异。",
        "package": "数据包",
        "first": "第一处",
        "rows": "行",
        "old": "旧",
        "new": "新",
        "empty_cell": "（空）",
        "order": "顺序改变",
        "more": "……另有 {count} 处未列出",
        "cut": "……（另有 {count} 个字符）",
        "table": "表",
        "key": "键",
        "no_key_short": "整行",
        "added": "增加",
        "gone": "删除",
        "renamed": "改名",
        "changed": "改变",
        "unchanged": "未改变",
        "withdrawn": "已停用",
        "replaced": "由 {key} 取代",
        "unretired": "未列入 retired.csv",
        "reused": "此前已停用",
        "working": "工作目录",
        "why": "理由",
        "counts": "行数",
        "structure": "字段、资源、说明",
        "keys": "消失、改名或含义改变的键",
        "figure": "数值、比较符、单位",
        "rows_added": "增加的行",
        "rows_removed": "撤回的行",
        "reading": "力度、阶段等判读",
        "place": "原文位置与引用",
        "note": "名称、备注等文字",
        "form": "同一数值的写法改变",
        "remarks": "关于比较",
        "no_key": "没有共同的键，按整行比较",
        "empty": "前后均为空",
        "empty_before": "此前为空",
        "emptied": "现在为空",
        "doubled_old": "旧版有 {count} 个键重复（{key} 出现 {times} 次），其各行不配对",
        "doubled_new": "新版有 {count} 个键重复（{key} 出现 {times} 次），其各行不配对",
        "no_header": "{side} 的文件没有表头",
        "not_in_file": "{side} 的文件缺少模式中的列：{columns}",
        "not_in_schema": "{side} 的文件有模式之外的列：{columns}",
        "none": "无",
        "patch": "修订号（patch）",
        "minor": "次版本号（minor）",
        "major": "主版本号（major）",
        "change": "变化",
        "step": "升级",
    },
}


def clean(text: str) -> str:
    """Text on one line without control characters: data must not steer a terminal."""
    return "".join(c if c.isprintable() else "⏎" if c == "\n" else "·" for c in text)


def title(code: str, language: str) -> str:
    """What a kind of change is called."""
    return TITLES[code][0 if language == "en" else 1]


def reason_text(reason: Reason, language: str) -> str:
    """A reason in one line: where, what, how often, an example."""
    words = WORDS[language]
    structural = reason.code.startswith(
        ("field_", "constraint_", "reference_added", "reference_removed", "reference_moved")
    )
    where = reason.resource or words["package"]
    if structural and reason.subject:
        return clean(f"{where}.{reason.subject}: {title(reason.code, language)}")
    about = [f"{reason.count}"] if reason.count > 1 else []
    if reason.subject and reason.code not in (
        "fields_reordered",
        "key_changed",
        "resource_renamed",
        "licence_changed",
        "relocated",
    ):
        about.append(f"{words['first']}: {reason.subject}" if reason.count > 1 else reason.subject)
    return clean(f"{where}: {title(reason.code, language)}" + (f" ({', '.join(about)})" if about else ""))


def bump_table(language: str = "en") -> str:
    """Every kind of change with the step it demands, as a Markdown table; shown in docs/versioning.md."""
    words = WORDS[language]
    lines = [f"| {words['step']} | {words['change']} |", "| --- | --- |"]
    for level in reversed(LEVELS):
        lines += [f"| {words[level]} | {title(code, language)} |" for code, at in LEVEL_OF.items() if at == level]
    return "\n".join(lines) + "\n"


def identity_table() -> str:
    """Which columns fix what a key stands for, as a Markdown table; shown in docs/versioning.md."""
    lines = ["| resource | columns |", "| --- | --- |"]
    lines += [f"| {name} | {', '.join(f'`{c}`' for c in columns)} |" for name, columns in IDENTITY.items()]
    return "\n".join(lines) + "\n"
