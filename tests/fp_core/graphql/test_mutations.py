"""A command as a mutation: its input, its key, and what it answers."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from fp_core.models.events import Event
from fp_core.models.household import Household
from tests.actors import operator
from tests.fp_core.graphql.conftest import Asking
from tests.places import DINGFU, DUAN, QIANXI, ZHONGZHAI

Write = Callable[..., None]
CODE = f"{ZHONGZHAI}0001"
MOVE = """mutation ($input: MoveGroupInput!, $key: String!) { moveGroup(input: $input, key: $key) { __typename
  ... on Done { subjectType subjectCode version eventType replayed }
  ... on Problem { code zh en field currentVersion clauses { id zh en } } } }"""


def given(**more: Any) -> dict[str, Any]:
    return {"householdCode": CODE, "version": 1, "groupName": "三组", **more}


async def test_a_command_is_carried_out_once_and_answered_again(ask_extra: Asking, households: Write) -> None:
    households(ask_extra, 1)

    first = await ask_extra.data(MOVE, input=given(), key="key-00000001")
    second = await ask_extra.data(MOVE, input=given(), key="key-00000001")

    done = {"subjectType": "household", "subjectCode": CODE, "version": 2, "eventType": "GROUP_MOVED"}
    assert first["moveGroup"] == {"__typename": "Done", **done, "replayed": False}
    assert second["moveGroup"] == {"__typename": "Done", **done, "replayed": True}
    assert events(ask_extra) == 1


async def test_every_kind_of_field_reaches_the_command(ask_extra: Asking, households: Write) -> None:
    households(ask_extra, 1)
    relatives = [{"relation": "SPOUSE", "bornOn": "1980-02-29"}, {"relation": "SON"}]
    more = given(distance="2.75", causes=["ILLNESS", "SCHOOLING"], relatives=relatives, note="搬迁")

    await ask_extra.data(MOVE, input=more, key="key-00000001")

    note = "2.75 ('ILLNESS', 'SCHOOLING') [('SPOUSE', '1980-02-29'), ('SON', None)] 搬迁"
    data = await ask_extra.data(f'{{ household(householdCode: "{CODE}") {{ groupName events {{ eventNo note }} }} }}')
    assert data["household"] == {"groupName": "三组", "events": [{"eventNo": 2, "note": note}]}


async def test_what_is_left_out_or_null_takes_its_default(ask_extra: Asking, households: Write) -> None:
    households(ask_extra, 1)

    await ask_extra.data(MOVE, input=given(distance=None, note=None), key="key-00000001")

    data = await ask_extra.data(f'{{ household(householdCode: "{CODE}") {{ events {{ note }} }} }}')
    assert data["household"]["events"] == [{"note": "1.50 ('DISASTER',) [] None"}]


@pytest.mark.parametrize(
    ("change", "key", "code", "field"),
    [
        ({"version": 7}, "key-00000001", "CONFLICT", "version"),
        ({"householdCode": f"{ZHONGZHAI}0999"}, "key-00000001", "NOT_FOUND", "贫困户 household"),
        ({"householdCode": f"{DINGFU}0001"}, "key-00000001", "NOT_FOUND", "贫困户 household"),
        ({}, "short", "INVALID", "key"),
        ({"groupName": "\x00"}, "key-00000001", "INVALID", "group_name"),
    ],
)
async def test_a_refusal_is_a_problem_and_changes_nothing(
    ask_extra: Asking, households: Write, change: dict[str, Any], key: str, code: str, field: str
) -> None:
    households(ask_extra, 1)
    households(ask_extra, 1, DINGFU)

    data = await ask_extra.data(MOVE, input=given(**change), key=key)

    problem = data["moveGroup"]
    assert (problem["__typename"], problem["code"], problem["field"]) == ("Problem", code, field)
    assert problem["zh"] and problem["en"]
    assert problem["currentVersion"] == (1 if code == "CONFLICT" else None)
    assert unchanged(ask_extra)


async def test_a_key_used_for_another_command_is_refused(ask_extra: Asking, households: Write) -> None:
    households(ask_extra, 1)
    await ask_extra.data(MOVE, input=given(), key="key-00000001")

    data = await ask_extra.data(MOVE, input=given(groupName="四组"), key="key-00000001")

    assert data["moveGroup"]["code"] == "KEY_REUSED"
    assert events(ask_extra) == 1


@pytest.mark.parametrize("region", [QIANXI, DUAN])
async def test_without_the_right_nothing_is_changed_and_nothing_revealed(
    ask_extra: Asking, households: Write, region: str
) -> None:
    households(ask_extra, 1)
    who = operator(ask_extra.registry, region, without=("extra:move",))

    data = await ask_extra.data(MOVE, actor=who, input=given(), key="key-00000001")

    assert data["moveGroup"]["code"] == "FORBIDDEN"
    assert unchanged(ask_extra)


@pytest.mark.parametrize(
    "wrong",
    [
        {"causes": ["BAD_LUCK"]},
        {"distance": 2.75},
        {"surprise": 1},
        {"relatives": [{"relation": "SPOUSE", "bornOn": "1"}]},
    ],
)
async def test_an_input_of_the_wrong_type_never_reaches_the_command(
    ask_extra: Asking, households: Write, wrong: dict[str, Any]
) -> None:
    households(ask_extra, 1)

    result = await ask_extra.run(MOVE, input=given(**wrong), key="key-00000001")

    assert result.errors is not None
    assert unchanged(ask_extra)


def events(asking: Asking) -> int:
    with asking.registry.system_session() as session:
        return session.scalar(select(func.count()).select_from(Event)) or 0


def unchanged(asking: Asking) -> bool:
    with asking.registry.system_session() as session:
        household = session.get_one(Household, CODE)
        return (household.group_name, household.version) == (None, 1) and events(asking) == 0
