"""Words on the figures, in English and Chinese."""

from __future__ import annotations

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
    "effort unit": ("intensity, 0 to 1", "强度（0–1）"),
    "median": ("median", "中位数"),
    "band": ("10–90 % of provinces", "省份第10–90百分位"),
    "within": ("{count} of {all} within 15 %", "{count}/{all}省误差在15%以内"),
    "simulated axis": ("Simulated", "模拟值"),
    "published axis": ("Published", "公布值"),
}  # fmt: skip


def word(key: str, language: str, **values: object) -> str:
    """The words for a key, with ``{name}`` filled in."""
    return _WORDS[key][language == "zh"].format(**values)


def tile_names(language: str) -> dict[str, str]:
    """Two letters (English) or the short name (Chinese) of every province, by English name."""
    return {p.name: p.name_zh if language == "zh" else p.tile for p in PROVINCES}


def long_names(language: str) -> dict[str, str]:
    """Full name of every province, by English name."""
    return {p.name: p.name_zh if language == "zh" else p.name for p in PROVINCES}
