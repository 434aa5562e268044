"""The hook of the projects: project types. The national ones and a province's are registered the same way."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fp_core.hookspecs import hookspec

if TYPE_CHECKING:
    from fp_projects.types import ProjectType


@hookspec
def fp_project_types() -> "Iterable[ProjectType]":
    """Project types, each with its sub types, its own indicators of project and beneficiary, its codes and rules."""
    raise NotImplementedError
