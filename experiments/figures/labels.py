"""Words on the figures, in English and Chinese."""

from __future__ import annotations

from abm.columns import PLACE
from abm.space import PROVINCES

_WORDS: dict[str, tuple[str, str]] = {
    "simulated": ("simulated", "模拟值"),
    "published": ("published", "公布值"),
    "insured_employees": ("Insured employees", "参保职工"),
    "retirees": ("Retirees", "离退休人员"),
    "revenue": ("Fund revenue", "基金收入"),
    "spending": ("Fund spending", "基金支出"),
    "reserve": ("Reserve at year end", "年末累计结余"),
    "dependency": ("Retirees per employee", "制度赡养率"),
    "million persons": ("million persons", "百万人"),
    "trillion yuan": ("trillion yuan", "万亿元"),
    "percentage points": ("percentage points", "百分点"),
    "billion yuan": ("billion yuan", "十亿元"),
    "ratio": ("ratio", "比值"),
    "map burden": ("Retirees per employee, {year}", "{year}年制度赡养率"),
    "map rate": ("Effective rate (%), {year}", "{year}年有效缴费率（%）"),
    "map months": ("Payable months, {year}", "{year}年可支付月数"),
    "gdp per head": ("GDP per head (thousand yuan)", "人均地区生产总值（千元）"),
    "revenue rate": ("Revenue / wage bill (%)", "基金收入/缴费工资总额（%）"),
    "correlation": ("{name}: r = {value}", "{name}：r = {value}"),
    "net transfers": ("← pays · {year}, billion yuan · receives →", "← 上解 · {year}年，十亿元 · 拨入 →"),
    "gross": ("paid, received", "上解与拨入"),
    "net": ("net", "净额"),
    "implied": ("net, published balances", "净额（由公布结余推算）"),
    "centre": ("Centre", "中央"),
    "no transfers": (
        "No money crosses a provincial border\nin this run ({first}–{last}).",
        "本次模拟（{first}–{last}年）\n没有跨省转移资金。",
    ),
    "audit_effort": ("Audit effort", "稽核力度"),
    "declared_share": ("Declared share of wages (%)", "申报工资占比（%）"),
    "coverage": ("Coverage of employees (%)", "职工参保覆盖率（%）"),
    "contribution_revenue": ("Contributions", "缴费收入"),
    "benefit_expenditure": ("Benefits", "养老金支出"),
    "effective_rate": ("Effective rate", "有效缴费率"),
    "mu_star": ("mean size of effect, 95 % interval", "效应平均幅度，95%区间"),
    "mu": ("mean effect with sign", "平均效应（带符号）"),
    "ST": ("total index, 95 % interval", "总效应指数，95%区间"),
    "S1": ("first-order index, 95 % interval", "一阶指数，95%区间"),
    "beyond": ("goes on beyond the axis", "超出坐标轴范围"),
    "share of largest": ("effect / largest effect, {year}", "{year}年效应/该指标最大效应"),
    "share of total": ("total index, {year}", "{year}年总效应指数"),
    "channel direct": ("direct effect", "直接效应"),
    "channel government effort": ("government effort", "政府征缴力度"),
    "channel leniency": ("leniency", "提前退休审批宽松"),
    "channel employer evasion": ("employer evasion", "企业逃费"),
    "channel employer mobility": ("employer mobility", "企业迁移"),
    "channel migration": ("migration", "人口迁移"),
    "channel transfers": ("transfers", "资金调剂"),
    "channel total": ("whole effect", "总效应"),
    "effort unit": ("intensity, 0 to 1", "强度（0–1）"),
    "median": ("median", "中位数"),
    "band": ("10–90 % of provinces", "省份第10–90百分位"),
    "within": ("{count} of {all} within 15 %", "{count}/{all}省误差在15%以内"),
    "provinces": ("provinces", "省份数"),
    "reserves reserve": ("Reserve, nation", "全国累计结余"),
    "reserves depleted": ("Provinces without reserve", "结余耗尽的省份"),
    "twin": ("effect between twin worlds", "孪生世界之间的真实效应"),
    "estimate": ("estimate from one world", "单一世界中的估计值"),
    "years since": ("years since the reform", "改革后年数"),
    "collection effect": ("Contributions collected / due,\nreceivers − payers (percentage points)",
                          "征缴率之差：受益省−贡献省（百分点）"),
    "slope": ("slope {value}\nat random {low} to {high}\n2SLS {iv} ({error}), F {strength}",
              "斜率 {value}\n随机换位 {low} 至 {high}\n2SLS {iv}（{error}），F {strength}"),
    "own effort": ("Own effort (intensity)", "本省征缴力度"),
    "near effort": ("Neighbours' effort (intensity), both net of province and year",
                    "邻省征缴力度（均扣除省份与年份效应）"),
    "receivers": ("{name} ({year}; {count} receive)", "{name}（{year}年；{count}省受益）"),
    "dated": ("{name}, {year}", "{year}年{name}"),
    "share of variance": ("share of the variance", "占方差比例"),
    "rest": ("All others", "其余"),
    "payers": ("pays (total)", "上解方（合计）"),
    "flows unit": ("receives (total) · {year}, billion yuan", "拨入方（合计）· {year}年，十亿元"),
    "lorenz pension": ("Pensions of the retired", "退休人员养老金"),
    "lorenz burden": ("Contributions of those who pay", "缴费人员缴费额"),
    "lorenz pension persons": ("retired persons, lowest first (%)", "退休人员，由低到高（%）"),
    "lorenz burden persons": ("payers, lowest first (%)", "缴费人员，由低到高（%）"),
    "lorenz share": ("Share of the amount (%)", "金额累计占比（%）"),
    "gini": ("{year}: Gini {value}", "{year}年：基尼系数 {value}"),
    "gini pension": ("Pension per retiree", "人均养老金"),
    "gini burden": ("Contributions per payer", "人均缴费"),
    "gini rate": ("Contributions / wages", "每元工资缴费"),
    "gini axis": ("Gini coefficient over provinces", "省际基尼系数"),
    "locals": ("living in their hukou province", "户籍省内居住"),
    "migrants": ("living outside it (migrants)", "户籍省外居住（流动人口）"),
    "born": ("born (middle of the cohort)", "出生年份（队列中点）"),
    "net receipts": ("Pensions less contributions,\nchange (yuan a person and year)",
                     "养老金减缴费的变化\n（元/人·年）"),
    "retained": ("retained risk (share)", "自留风险（比例）"),
    "elasticity": ("expected elasticity of capital", "预期资本弹性"),
    "intensity": ("intensity, 0 to 1", "强度（0–1）"),
    "percent": ("%", "%"),
    "share of contributions": ("% of contributions", "占缴费收入（%）"),
    "yuan per yuan": ("yuan per yuan", "元/元"),
    "lorenz over": ("{persons}, lowest first (%)", "{persons}，由低到高（%）"),
    "lorenz share of": ("Share of the amount, {year} (%)", "{year}年金额累计占比（%）"),
    "retired": ("retired", "退休人员"),
    "paying": ("payers", "缴费人员"),
    "paid wages": ("insured wages", "参保人员工资"),
    "simulated axis": ("Simulated", "模拟值"),
    "published axis": ("Published", "公布值"),
}  # fmt: skip


_SAID = {
    "Retained risk": "自留风险",
    "Audit effort": "稽核力度",
    "Registration effort": "扩面力度",
    "Collected / due": "征缴率",
    "Effective rate": "有效缴费率",
    "Rate paid": "缴费者实缴率",
    "Coverage of staff": "职工参保覆盖率",
    "Declared share of wages": "申报工资占比",
    "Money moved / collected": "调动资金/缴费收入",
    "Charge on a yuan collected": "每征缴一元的扣缴",
    "Its worth: substitution": "其价值：替代",
    "Its worth: relief or loss": "其价值：缓解或损失",
    "Effort by 2018: substitution": "2018年力度：替代",
    "Effort by 2018: relief": "2018年力度：缓解",
    "Effort by 2018: expectation": "2018年力度：预期",
    "Effort by 2018: total": "2018年力度：合计",
    "base (audit)": "基数（稽核）",
    "heads (registration)": "人数（扩面）",
    "municipal": "市级统筹",
    "provincial adjustment": "省级调剂",
    "provincial, unified": "省级统收统支",
    "national, 2022": "2022年全国统筹",
    "national, shared gaps": "全国统收统支（缺口分担）",
    "national, pure": "全国统收统支（纯）",
    "national, pure; hard budgets": "全国（纯），硬预算",
    "the same; empty funds dear": "同上，空基金代价高",
    "national, pure; workers stay": "全国（纯），劳动者不流动",
    "national, pure; employers stay": "全国（纯），企业不迁移",
    "national, pure; nobody moves": "全国（纯），均不流动",
    "national, pure; levers held": "全国（纯），力度固定",
    "unified": "统收统支",
    "assessed: default": "考核（默认）",
    "half bailed out": "缺口兜底一半",
    "hard budgets": "硬预算",
    "hard; empty funds dear": "硬预算，空基金代价高",
    "deficit": "赤字省",
    "surplus": "盈余省",
    "deficit − surplus": "赤字省−盈余省",
    "all": "全部省份",
    "alone": "无考核",
    "assessed": "有考核",
    "handed back": "返还",
    "transfers cut": "扣减转移支付",
    "rivals": "各自为政",
    "one planner": "统一规划者",
    "like Guangdong": "类似广东",
    "like Heilongjiang": "类似黑龙江",
    "like Guangdong − like Heilongjiang": "类似广东−类似黑龙江",
}
"""Words of claims in Chinese; in English they are their own."""
_SHARES = {
    "Collected / due",
    "Effective rate",
    "Rate paid",
    "Coverage of staff",
    "Declared share of wages",
}


def said(words: str, language: str) -> str:
    """Words of a claim's table; those without a translation stay English."""
    return _SAID.get(words, words) if language == "zh" else words


def scaled(panel: str, language: str, change: bool = False) -> tuple[float, str]:
    """What a claim's panel is multiplied by, and its unit then; a change of a share is in points."""
    if panel in _SHARES:
        return 100.0, word("percentage points" if change else "percent", language)
    if panel == "Money moved / collected":
        return 100.0, word("share of contributions", language)
    if "yuan" in panel or panel.startswith("Its worth"):
        return 1.0, word("yuan per yuan", language)
    return 1.0, word("intensity", language) if "ffort" in panel else ""


def word(key: str, language: str, **values: object) -> str:
    """The words for a key, with ``{name}`` filled in."""
    return _WORDS[key][language == "zh"].format(**values)


_LINES = {
    "history": "历史",
    "municipal": "市级统筹",
    "provincial": "省级统筹",
    "provincial_adjustment": "省级调剂",
    "provincial_unified": "省级统收统支",
    "central_adjustment": "中央调剂",
    "central_differential": "中央差额补助",
    "adjustment": "中央调剂",
    "pooling_2022": "2022年全国统筹",
    "one_fund": "全国统收统支",
    "national_2022": "2022年全国统筹",
    "national_unified": "全国统收统支",
    "national_pure": "全国统收统支（纯）",
    "no_central_adjustment": "无中央调剂",
    "soft_budget": "软预算",
    "hard_budget": "硬预算",
    "held_levers": "力度固定",
    "with_assessment": "有考核",
}
"""Chinese words of scenarios and rules."""


def line_name(line: str, language: str) -> str:
    """A line's words (scenario or regime); in Chinese those without a translation stay English."""
    if language == "zh":
        return "+".join(_LINES.get(term, term.replace("_", " ")) for term in line.split("+"))
    return line.replace("_", " ")


def dated(name: str, year: int, language: str) -> str:
    """An indicator's words with its year."""
    return word("dated", language, name=indicator(name, language), year=year)


def indicator(name: str, language: str) -> str:
    """An indicator's words, or its name with blanks where it has none yet."""
    words = word(name, language) if name in _WORDS else name.replace("_", " ").capitalize()
    return words.removesuffix(" (%)").removesuffix("（%）")


_SHOWN_IN = {
    "yuan": (1e9, "billion yuan"),
    "persons": (1e6, "million persons"),
    "share": (0.01, "percentage points"),
}


def change_unit(name: str, language: str) -> tuple[float, str]:
    """What a change of an indicator is divided by on a figure, and the words of the unit it is then in."""
    unit = PLACE[name].unit
    divisor, words = _SHOWN_IN.get(unit, (1.0, unit))
    return divisor, word(words, language) if words in _WORDS else words


def tile_names(language: str) -> dict[str, str]:
    """Two letters (English) or the short name (Chinese) of every province, by English name."""
    return {p.name: p.name_zh if language == "zh" else p.tile for p in PROVINCES}


def long_names(language: str) -> dict[str, str]:
    """Full name of every province, by English name."""
    return {p.name: p.name_zh if language == "zh" else p.name for p in PROVINCES}
