"""Words of the grammar: numerals, units, comparators. Each list is closed and ordered longest first."""

from __future__ import annotations

import re

_CLASSIFIERS = (
    "个 家 项 件 条 处 所 座 栋 幢 套 间 张 辆 台 部 架 艘 只 支 批 场 次 节 门 份 例 宗 起 笔 款 种 类 对 组 轮 片 块 株 棵 头 尾 口 "
    "盏 根 面 幅 首 篇 本 册 名 位 人 户 村 镇 把 盘 段 孔 眼 枚 列 班 床 栏 期 封 道 具 颗 盆 单 桩 枪 路 点 层 亩 米 吨 元 年 "
    "天 月 岁 倍 番 瓦 度 升 克 P 县 羽 担 箱 袋 群 顶 基 斤 趟 人份 席 届 剂 剂次 瓶 盒 金 银 铜 "
)
_COMPOUND = (
    "人次 家次 场次 户次 件次 站次 批次 班次 车次 航次 架次 课时 学时 人日 平方米 平方公里 平方千米 平米 立方米 公顷 公里 千米 海里 公斤 千克 "
    "毫克 微克/立方米 吨标准煤 吨标煤 千瓦 千瓦时 兆瓦 兆瓦时 吉瓦 瓦时 兆 标箱 标准箱 TEU EFLOPS PFLOPS 卡 美元 欧元 港元 日元 元/人 "
    "元/吨 元/亩 元/年 元/月 元/平方米 "
    "延长米 千升 吉瓦时 GW GWh MW MWh kW 立方 人天 座次 标台 周岁 吨/年 吨/日 元/千瓦时 元/人/月 元/人/年 元/人·月 元/人·年 元/月·人 元/月/人 车次/天 "
    "个百分点 百分点 个季度 个月 个工作日 工作日 个小时 小时 分钟 秒 周 周年 个学位 个床位 张床位 m2 km2 m² km² m³ m3 km t % ‰ 个点"
)
UNITS = tuple(sorted(set((_CLASSIFIERS + _COMPOUND).split()), key=lambda u: (-len(u), u)))
"""Units and classifiers a number can carry, without their power of ten."""

NO_UNIT = re.compile(
    r"[金银铜][^\d,、。;牌]|基[地本础金层]|本[科、线率]|门[湾峡]|人[才民大均]|村[民级集组]|元区|名录|口袋|群众|群体|点位|站点|线上|面积|道路|路径"
)
"""Words that begin with a unit's character but are none: 3基地, 5本科."""

UNIT_ALIASES = {
    "平米": "平方米",
    "m2": "平方米",
    "m²": "平方米",
    "km2": "平方公里",
    "km²": "平方公里",
    "m3": "立方米",
    "m³": "立方米",
    "百分点": "个百分点",
    "个点": "个百分点",
    "km": "公里",
    "kW": "千瓦",
    "MW": "兆瓦",
    "GW": "吉瓦",
    "MWh": "兆瓦时",
    "GWh": "吉瓦时",
    "吨标煤": "吨标准煤",
    "立方": "立方米",
}
"""Spellings of one unit, to the symbol that units.csv keeps."""

POWERS = {
    "": 0,
    "十": 1,
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
}

DIGITS_ZH = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "廿": 20}
NUMERAL_ZH = "零〇一二两三四五六七八九十百千万亿"

AFTER = (
    ("ge", ("及以上", "以上", "起步", "及其以上")),
    ("le", ("以内", "以下", "之内", "及以下")),
    ("approx", ("左右", "上下", "余", "多")),
)
"""Comparators that follow the unit."""

BEFORE = (
    ("ge", ("不少于", "不低于", "不小于", "不下于", "不弱于", "至少", "最少", "高于或等于", "≥", ">=")),
    ("le", ("不超过", "不高于", "不大于", "不多于", "至多", "最多", "≤", "<=")),
    ("gt", ("突破", "超过", "大于", "多于", "高于", "超出", "跨越", "迈过", "超", "逾", "破", "过", ">")),
    ("lt", ("低于", "少于", "小于", "不足", "不到", "未满", "<")),
    ("approx", ("大约", "将近", "接近", "约", "近")),
    ("eq", ("达到", "提升至", "提高到", "达", "为")),
)
"""Comparators that stand directly before the number."""

NOT_BEFORE = re.compile(r"(?:通|经|不超|超|太|走|经|越|跨|最|附|邻|靠|临|简|突|打)$")
"""A character that makes 过, 近 or 超 part of another word: 通过, 附近, 最近, 打破."""

FALL = re.compile(
    r"(?:下降|减少|降低|下滑|回落|下调|压减|缩减|压缩|削减|消减|收窄|压降|负增长|增长[-−]|为[-−])(?:了|约|近|超过|超|幅度?|至少|不少于)?$"
)
"""Words directly before a number that make it a fall; 降至 and 降到 name a level instead."""

MIRRORED = {"ge": "le", "le": "ge", "gt": "lt", "lt": "gt"}
"""What a comparator becomes when the number it governs is a fall: a fall of at least 3 is a change of -3 or less."""

OPEN_QUOTES, CLOSE_QUOTES = '“‘「『"(', '”’」』")'

_DOING = (
    "新增 新建 新改建 改扩建 新改扩建 改建 建成 建设 打造 培育 新培育 引进 新引进 招引 新招引 实施 完成 开展 "
    "举办 组织 推出 实现 新认定 认定 新开工 开工 竣工 投产 改造 更新 整治 治理 修复 创建 争创 申报 获批 获评 "
    "推进 加快 落地 签约 发放 解决 办理 办结 化解 处置 盘活 新开 开通 开行 启动 启用 打通 拓宽 铺设 新签约 种植 "
    "新植 造林 栽植 压减 淘汰 关停 清理 拆除 新入库 入库 培训 帮扶 救助 资助 吸引 招募 引育 增加 扩大 布局 设立 "
    "组建 成立 认证 研发 发布 出台 制定 修订 减免 争取 筹集 筹建 投入 投放 布设 安装 加装 购置 配备 配置 新辟 "
    "储备 谋划 策划 接待 惠及 带动 拉动 转移 消化 安置 回迁 交付 建立 转化 新登记 净增 达到 突破 提高 增长 下降 "
    "降低 查处 立案 侦破 破获 打掉 受理 审结 调解 举行 承办 评选 选派 派出 招聘 选聘 录用 招录 落户 "
    "扶持 优化 提升 集聚 汇聚 聚集 办好 "
)
DOING = tuple(_DOING.split())
"""Verbs of doing, adding, reaching and growing: a number that one of them governs is promised or reported."""
