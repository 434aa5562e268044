"""GraphQL's own messages in Chinese: those that a hand-written query meets; any other is quoted as it is."""

import re

_SAID = tuple(
    (re.compile(pattern, re.DOTALL), text)
    for pattern, text in (
        (r"Cannot query field '(.+?)' on type '(.+?)'\.", r"类型 \2 没有字段 \1，请对照 schema.graphql"),
        (r"Unknown argument '(.+?)' on field '(.+?)'\.", r"字段 \2 没有参数 \1，请对照 schema.graphql"),
        (r"Argument '(.+?)' of type '(.+?)' is required, .*", r"缺少必填参数 \1（\2）"),
        (r"Unknown type '(.+?)'\.", r"没有类型 \1，请对照 schema.graphql"),
        (r"Variable '(\$\w+)' is not defined.*", r"变量 \1 未声明"),
        (r"Variable '(\$\w+)' is never used.*", r"变量 \1 未被使用，请删去"),
        (r"Variable '(\$\w+)' has invalid value: .* to be provided\.", r"缺少变量 \1，请在 variables 中给出"),
        (r"Variable '(\$\w+)' has invalid value(.*?): (.*)", r"变量 \1\2 的值有误：\3"),
        (r"Field '(.+?)' of type '(.+?)' must have a selection of subfields\.", r"字段 \1 须写出要取的子字段 { … }"),
        (r"Field '(.+?)' must not have a selection .*", r"字段 \1 没有子字段，请删去其后的 { … }"),
        (r"Expected value of type '(.+?)' not to include unknown field '(.+?)'.*", r"输入 \1 没有字段 \2"),
        (r"Value '(.+?)' does not exist in '(.+?)' enum\.", r"代码表 \2 没有 \1"),
        (r"Syntax Error: Document contains more than (\d+) tokens.*", r"文档超过 \1 个词，请分次查询"),
        (r"Syntax Error: Expected (.+?), found (.+?)\.", r"语法错误，此处应为 \1，实为 \2"),
        (r"Syntax Error: Unexpected (.+?)\.", r"语法错误，此处不应有 \1"),
    )
)


def in_chinese(message: str) -> str:
    """What is wrong with a query, for a reader of Chinese."""
    for pattern, text in _SAID:
        if found := pattern.fullmatch(message):
            return f"查询有误：{found.expand(text)}"
    return f"查询有误：{message}"
