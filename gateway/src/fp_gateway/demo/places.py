"""Where the demonstration lives, and who works there: real divisions, one operator for each level."""

from dataclasses import dataclass

from fp_gateway.explorer import Offered

GUIZHOU, BIJIE, QIANXI = "520000000000", "520500000000", "520522000000"
GUANGXI, DUAN = "450000000000", "451228000000"
TOWN, VILLAGE = "520522101000", "520522101203"
PASSWORD = "demo-fp-2017"


@dataclass(frozen=True)
class DemoOperator:
    """An operator of the demonstration. All have the same password, which is printed: never do so with real data."""

    name: str
    region: str
    label: str


OPERATORS = (
    DemoOperator("nation", "000000000000", "国家 · nation"),
    DemoOperator("guizhou", GUIZHOU, "贵州省 · province"),
    DemoOperator("bijie", BIJIE, "毕节市 · city"),
    DemoOperator("qianxi", QIANXI, "黔西县 · county"),
    DemoOperator("jinbi", TOWN, "金碧镇 · town"),
    DemoOperator("zhongzhai", VILLAGE, "中寨村 · village"),
    DemoOperator("guangxi", GUANGXI, "广西壮族自治区 · province with its own exit rule"),
    DemoOperator("duan", DUAN, "都安瑶族自治县 · county in Guangxi"),
)

OFFERED = tuple(Offered(o.name, o.label) for o in OPERATORS)
