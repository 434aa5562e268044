"""An open registry of poor households, as a library: models, rules, and the one way to read and to write them."""

from fp_core.change import Done, change
from fp_core.errors import Problem
from fp_core.registry import Registry, open
from fp_core.scope import Actor, Scope

__all__ = ["Actor", "Done", "Problem", "Registry", "Scope", "change", "open"]
