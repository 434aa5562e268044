"""A mypy plugin: on its class a model's field is a column (`Household.sex == "1"` is SQL), on a row it is the value."""

from collections.abc import Callable

from mypy.nodes import TypeInfo, Var
from mypy.plugin import AttributeContext, Plugin
from mypy.types import Instance, Type

COLUMN = "sqlalchemy.orm.attributes.InstrumentedAttribute"
MODEL = "sqlmodel.main.SQLModel"


class SqlmodelTypes(Plugin):
    """Gives `Model.field` the type of what SQLAlchemy puts there when the class is made."""

    def get_class_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        owner, _, name = fullname.rpartition(".")
        model, column = self._class(owner), self._class(COLUMN)
        if model is None or column is None or not _is_field(model, name):
            return None
        return lambda context: Instance(column, [context.default_attr_type])

    def _class(self, fullname: str) -> TypeInfo | None:
        found = self.lookup_fully_qualified(fullname)
        return found.node if found and isinstance(found.node, TypeInfo) else None


def _is_field(model: TypeInfo, name: str) -> bool:
    found = model.get(name)
    if name.startswith("_") or found is None or not isinstance(found.node, Var):
        return False
    declared_on = found.node.info
    return declared_on.has_base(MODEL) and declared_on.fullname != MODEL and not found.node.is_classvar


def plugin(_version: str) -> type[Plugin]:
    """What mypy asks a plugin file for."""
    return SqlmodelTypes
