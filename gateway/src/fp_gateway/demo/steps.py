"""The steps of the main job in their order: each does one thing through HTTP and says what came of it."""

from collections.abc import Callable, Iterator

from fp_gateway.demo import households, money, views
from fp_gateway.demo.job import Job

Step = Callable[[Job], Iterator[str]]

STEPS: tuple[tuple[str, Step], ...] = (
    ("1 行政区划 · divisions", households.divisions),
    ("2 采集表导入 · forms from Excel", households.forms),
    ("3 动态管理 · a year of changes", households.changes),
    ("4 资金与项目 · funds and a project", money.funds),
    ("5 各看各的 · each sees the own region", views.scopes),
    ("6 统计与校验 · statistics and their check", views.statistics),
    ("7 广西插件 · the Guangxi plugin", views.guangxi),
)
