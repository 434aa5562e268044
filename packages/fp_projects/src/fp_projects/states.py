"""The states of a project as a table: what happens in which state, and which state comes after."""

from dataclasses import dataclass

from fp_core.codes import CodeAddition, Dictionary, Item
from fp_core.operations.households import refuse
from fp_projects.models import Project

STATES = Dictionary(
    "PROJECT_STATE",
    "项目状态",
    "state of a project",
    (
        Item("DRAFT", "草稿", "being entered", "1"),
        Item("IN_LIBRARY", "已入库", "in the library", "2"),
        Item("REMOVED", "已出库", "taken out of the library", "3"),
        Item("APPROVED", "已立项", "approved", "4"),
        Item("IN_PROGRESS", "实施中", "being implemented", "5"),
        Item("SUSPENDED", "暂停", "suspended", "6"),
        Item("COMPLETED", "已完工", "completed", "7"),
        Item("ACCEPTED", "已验收", "accepted", "8"),
        Item("CANCELLED", "终止", "ended without completion", "9"),
    ),
)


@dataclass(frozen=True)
class Step:
    """Something that happens to a project: the event it leaves, the states it is allowed in, the state after it."""

    event: str
    label: str
    english: str
    before: frozenset[str]
    after: str


def _step(event: str, label: str, english: str, before: str, after: str) -> Step:
    return Step(event, label, english, frozenset(before.split()), after)


STEPS = (
    _step("PROJECT_SAVED", "保存", "saved", "DRAFT", "DRAFT"),
    _step("PROJECT_SUBMITTED", "入库", "submitted to the library", "DRAFT REMOVED", "IN_LIBRARY"),
    _step("PROJECT_APPROVED", "立项", "approved", "IN_LIBRARY", "APPROVED"),
    _step("PROJECT_STARTED", "开工", "started", "APPROVED", "IN_PROGRESS"),
    _step("PROGRESS_RECORDED", "进度", "progress recorded", "IN_PROGRESS", "IN_PROGRESS"),
    _step("PROJECT_COMPLETED", "完工", "completed", "APPROVED IN_PROGRESS", "COMPLETED"),
    _step("PAYMENT_RECORDED", "报账", "payment recorded after completion", "COMPLETED", "COMPLETED"),
    _step("PROJECT_REOPENED", "返工", "works taken up again", "COMPLETED", "IN_PROGRESS"),
    _step("PROJECT_ACCEPTED", "验收", "accepted", "COMPLETED", "ACCEPTED"),
)

BY_EVENT = {step.event: step for step in STEPS}

EVENTS = tuple(
    CodeAddition("EVENT_TYPE", item)
    for item in (
        *(Item(step.event, f"项目{step.label}", f"project {step.english}") for step in STEPS),
        Item("BENEFICIARY_ADDED", "增加受益户", "a household was added to a project"),
        Item("PROJECT_FUNDED", "项目资金安排", "money was arranged to a project"),
        Item("PROJECT_FUNDS_WITHDRAWN", "项目资金冲销", "money arranged to a project was taken back"),
    )
)
"""What can happen to a project."""

PROGRESS = {
    ("APPROVED", False): "PROJECT_STARTED",
    ("IN_PROGRESS", False): "PROGRESS_RECORDED",
    ("COMPLETED", False): "PROJECT_REOPENED",
    ("APPROVED", True): "PROJECT_COMPLETED",
    ("IN_PROGRESS", True): "PROJECT_COMPLETED",
    ("COMPLETED", True): "PAYMENT_RECORDED",
}
"""What a line of progress means, by the state it finds and whether it says that all is done."""


def take(project: Project, event: str) -> str:
    """Bring a project to the state after the event; refused in a state where it cannot happen. Returns the event."""
    step = BY_EVENT[event]
    if project.state not in step.before:
        allowed = "、".join(sorted(STATES.label_of(name) for name in step.before))
        raise refuse(
            "PRJ-STATE",
            f"{step.label}只适用于{allowed}的项目，该项目{STATES.label_of(project.state)}",
            f"{step.event} starts from {', '.join(sorted(step.before))}; the project is {project.state}",
        )
    project.state = step.after
    return event


def progress_event(project: Project, is_done: bool) -> str:
    """The event of a line of progress; a project in no state of the table refuses it."""
    return PROGRESS.get((project.state, is_done), "PROGRESS_RECORDED")
