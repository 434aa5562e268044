"""The nation as a plugin: core tables, national rules, rights. It uses the public hooks only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fp_core
from fp_core.forms import Form
from fp_core.hookspecs import hookimpl
from fp_core.models import CORE_MODELS
from fp_core.national.facts import FACTS
from fp_core.national.forms import FORMS
from fp_core.national.invariants import INVARIANTS
from fp_core.national.rules import RULES
from fp_core.national.suspects import CHECK_FACTS, CHECKS
from fp_core.parts import Invariant, Loader, Permission, RuleSet, Tables
from fp_core.permissions import right
from fp_core.regions import Level

HERE = Path(__file__).parent
NATION, PROVINCE, CITY, COUNTY, TOWN = Level.NATION, Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN


@hookimpl
def fp_tables() -> Tables:
    """The core's own tables."""
    migrations = Path(fp_core.__file__).parent / "migrations" / "versions"
    return Tables("core", CORE_MODELS, migrations, requires=())


@hookimpl
def fp_rules() -> RuleSet:
    """The national exit and entry rules, the checks of the data, and their dated parameters."""
    return RuleSet(rules=(*RULES, *CHECKS), facts=(*FACTS, *CHECK_FACTS), parameters=(HERE / "params.toml",))


@hookimpl
def fp_forms() -> tuple[Form, ...]:
    """The national collection forms."""
    return FORMS


@hookimpl
def fp_permissions() -> list[Permission]:
    """Who may do what: towns and counties manage, the province corrects."""
    return [
        right("household:import", "导入采集表", "import collection forms", PROVINCE, COUNTY),
        right("household:identify", "新识别", "identify a household", PROVINCE, COUNTY, TOWN),
        right("household:edit", "信息维护", "edit collected facts", PROVINCE, COUNTY, TOWN),
        right("household:exit", "脱贫标注", "mark an exit", PROVINCE, COUNTY, TOWN),
        right("household:relapse", "返贫标注", "mark a relapse", PROVINCE, COUNTY, TOWN),
        right("household:member", "自然变更", "enter natural changes of members", PROVINCE, COUNTY, TOWN),
        right("household:rollback", "综合回退", "undo the last operation", PROVINCE),
        right("register:export", "数据导出", "export rows as files", NATION, PROVINCE, CITY, COUNTY, TOWN),
        right("year:open", "开年", "open a data year", PROVINCE, COUNTY),
        right("year:close", "关年", "close a data year", PROVINCE, COUNTY),
    ]


@hookimpl
def fp_invariants() -> tuple[Invariant, ...]:
    """What must hold for households and people."""
    return INVARIANTS


@hookimpl
def fp_graphql() -> Any:
    """The core's types, queries and commands."""
    from fp_core.graphql.core import core_graphql

    return core_graphql()


@hookimpl
def fp_loaders() -> Mapping[str, Loader]:
    """The verdicts of the national rules, loaded for a whole page at once."""
    from fp_core.graphql.rules import rule_loaders

    return rule_loaders()
