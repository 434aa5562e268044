"""Alembic's environment for writing a package's next revision; running them is fp_core.migrate's."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

from fp_core.types import CodeSet, Scaled, UtcDateTime

attributes = context.config.attributes


def _plain_type(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """Migrations speak plain SQLAlchemy types: they must run when the package's own types have moved on."""
    if kind != "type":
        return False
    if isinstance(item, Scaled):
        return "sa.BigInteger()"
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, CodeSet) or type(item).__name__ == "AutoString":
        return f"sa.String(length={item.length})" if getattr(item, "length", None) else "sa.String()"
    return False


context.configure(
    connection=attributes["connection"],
    target_metadata=SQLModel.metadata,
    version_table=f"fp_version_{attributes['label']}",
    render_item=_plain_type,
    include_object=lambda item, name, kind, *_: name in attributes["names"] if kind == "table" else True,
)
with context.begin_transaction():
    context.run_migrations()
