"""The budget's numbers and words: what a GraphQL document may have, and what is said to one that has more."""

from dataclasses import dataclass

MAX_BODY = 256 * 1024  # bytes of a request
MAX_TOKENS = 2_000


@dataclass(frozen=True)
class Limits:
    """The greatest values a document may have. `pages` is the product of nested page sizes, in records."""

    depth: int = 10
    fields: int = 500
    aliases: int = 15
    same_key: int = 20
    directives: int = 10
    fragments: int = 30
    first: int = 200
    list_items: int = 250
    nodes: int = 10_000
    value_depth: int = 10
    mutations: int = 1
    operations: int = 1
    tokens: int = MAX_TOKENS
    introspection: bool = False
    introspection_depth: int = 16


@dataclass(frozen=True)
class Refusal:
    """Which limit a document passes, by how much, and the way out, in Chinese and English."""

    code: str
    limit: str
    zh: str
    en: str


class Over(Exception):
    def __init__(self, limit: str, found: int, most: int) -> None:
        words_zh, words_en, way_zh, way_en = _WORDS[limit]
        self.refusal = Refusal(
            "OVER_BUDGET",
            limit,
            f"查询超出限制：{words_zh}为 {_number(found)}，上限 {most}；{way_zh}",
            f"the query is over its budget: {words_en} {_number(found)}, allowed {most}; {way_en}",
        )


class Wrong(Over):
    """A document that validation would refuse too, but only after much work."""

    def __init__(self, limit: str, zh: str, en: str) -> None:
        self.refusal = Refusal("OVER_BUDGET" if limit != "introspection" else "FORBIDDEN", limit, zh, en)


_WORDS = {
    "depth": ("嵌套层数", "depth", "请减少嵌套或分次查询", "ask for fewer levels, or in several queries"),
    "fields": (
        "字段总数（展开片段后）",
        "fields (fragments expanded)",
        "请只选需要的字段",
        "select only what you need",
    ),
    "aliases": ("别名数", "aliases", "请用列表查询代替多个别名", "use one list query instead of many aliases"),
    "same_key": ("同名字段重复次数", "repetitions of one field", "请删去重复的字段", "remove the repeated fields"),
    "directives": ("指令数", "directives", "请减少 @include 和 @skip", "use fewer @include and @skip"),
    "fragments": ("片段数", "fragments", "请合并片段", "merge fragments"),
    "first": ("每页条数 first/last", "page size first/last", "请用 after 游标翻页", "page on with the cursor `after`"),
    "list_items": ("列表元素数", "items in one list", "请分批提交", "send them in several calls"),
    "nodes": (
        "可能返回的记录数（各层每页条数之积）",
        "records that may come back (product of the page sizes)",
        "请减小 first；未写 first 的连接按最大页计",
        "lower `first`; a connection without it counts as the largest page",
    ),
    "value_depth": ("参数嵌套层数", "depth of an argument", "请简化筛选条件", "simplify the condition"),
    "mutations": ("一次请求的变更数", "mutations in one call", "请每次只提交一项变更", "send one mutation in a call"),
    "operations": (
        "一个文档的操作数",
        "operations in one document",
        "请每次只发送一项",
        "send one operation at a time",
    ),
}


def _number(value: int) -> str:
    return str(value) if value < 10**9 else "≥ 10⁹"
