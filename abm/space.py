"""Where people live: the nation, its 31 mainland provinces and their prefecture-level localities."""

from __future__ import annotations

from typing import NamedTuple


class Province(NamedTuple):
    """A province-level unit: GB/T 2260 code (six digits), English and Chinese name, two-letter tile."""

    code: str
    name: str
    name_zh: str
    tile: str


PROVINCES: tuple[Province, ...] = (
    Province("110000", "Beijing", "北京", "BJ"),
    Province("120000", "Tianjin", "天津", "TJ"),
    Province("130000", "Hebei", "河北", "HE"),
    Province("140000", "Shanxi", "山西", "SX"),
    Province("150000", "Inner Mongolia", "内蒙古", "NM"),
    Province("210000", "Liaoning", "辽宁", "LN"),
    Province("220000", "Jilin", "吉林", "JL"),
    Province("230000", "Heilongjiang", "黑龙江", "HL"),
    Province("310000", "Shanghai", "上海", "SH"),
    Province("320000", "Jiangsu", "江苏", "JS"),
    Province("330000", "Zhejiang", "浙江", "ZJ"),
    Province("340000", "Anhui", "安徽", "AH"),
    Province("350000", "Fujian", "福建", "FJ"),
    Province("360000", "Jiangxi", "江西", "JX"),
    Province("370000", "Shandong", "山东", "SD"),
    Province("410000", "Henan", "河南", "HA"),
    Province("420000", "Hubei", "湖北", "HB"),
    Province("430000", "Hunan", "湖南", "HN"),
    Province("440000", "Guangdong", "广东", "GD"),
    Province("450000", "Guangxi", "广西", "GX"),
    Province("460000", "Hainan", "海南", "HI"),
    Province("500000", "Chongqing", "重庆", "CQ"),
    Province("510000", "Sichuan", "四川", "SC"),
    Province("520000", "Guizhou", "贵州", "GZ"),
    Province("530000", "Yunnan", "云南", "YN"),
    Province("540000", "Tibet", "西藏", "XZ"),
    Province("610000", "Shaanxi", "陕西", "SN"),
    Province("620000", "Gansu", "甘肃", "GS"),
    Province("630000", "Qinghai", "青海", "QH"),
    Province("640000", "Ningxia", "宁夏", "NX"),
    Province("650000", "Xinjiang", "新疆", "XJ"),
)
"""The 31 mainland provinces in the order of their codes: a province's index is its place in this tuple."""

PROVINCE_NAMES: tuple[str, ...] = tuple(p.name for p in PROVINCES)
NATION = "China"
