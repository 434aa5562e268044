"""A few real divisions that the tests live in: two towns of 黔西县 in Guizhou and one of 都安瑶族自治县 in Guangxi."""

from sqlalchemy import insert

from fp_core.models.regions import FIRST_YEAR, Region
from fp_core.regions import level_of, parent_of
from fp_core.registry import Registry

NATION = "000000000000"
GUIZHOU, BIJIE, QIANXI = "520000000000", "520500000000", "520522000000"
JINBI, YUDUO = "520522101000", "520522102000"
ZHONGZHAI, YANGJIADIAN = "520522101203", "520522101204"
LONGCHANG, LATU = "520522102206", "520522102207"
GUANGXI, HECHI, DUAN = "450000000000", "451200000000", "451228000000"
GAOLING = "451228101000"
DINGFU, SANLIAN = "451228101201", "451228101202"

NAMES = {
    NATION: "全国",
    GUIZHOU: "贵州省",
    BIJIE: "毕节市",
    QIANXI: "黔西县",
    JINBI: "金碧镇",
    ZHONGZHAI: "中寨村村民委员会",
    YANGJIADIAN: "杨家店村村民委员会",
    YUDUO: "雨朵镇",
    LONGCHANG: "龙场村村民委员会",
    LATU: "拉土村村民委员会",
    GUANGXI: "广西壮族自治区",
    HECHI: "河池市",
    DUAN: "都安瑶族自治县",
    GAOLING: "高岭镇",
    DINGFU: "定福村委会",
    SANLIAN: "三联村委会",
}

VILLAGES = (ZHONGZHAI, YANGJIADIAN, LONGCHANG, LATU, DINGFU, SANLIAN)


def add_to(registry: Registry) -> None:
    """Write these divisions into a registry, valid in every year."""
    rows = [
        {"code": code, "valid_from": FIRST_YEAR, "name": name, "level": level_of(code), "parent_code": parent_of(code)}
        for code, name in NAMES.items()
    ]
    with registry.engine.begin() as connection:
        connection.execute(insert(Region), rows)
