"""A mistake at the shell ends in one sentence in both languages and exit code 1, never in a trace."""

from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from fp_core.errors import Invalid, PluginError, Problem
from fp_core.rules import RuleError


class Polite(TyperGroup):
    """Commands whose refusals are said on standard error."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read our output has enough
        except Problem as refusal:
            said = str(refusal)
        except PluginError as mistake:
            said = f"插件不能装入：{mistake} · a plugin cannot be taken in: {mistake}"
        except RuleError as mistake:
            said = f"规则有误：{mistake} · the rule cannot be used: {mistake}"
        except OSError as error:
            what = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
            said = f"系统拒绝了文件操作，请检查路径与权限（{what}） · the system refused a file: check path and rights ({what})"
        Console(stderr=True, soft_wrap=True, highlight=False, emoji=False).print(said, style="red", markup=False)
        raise typer.Exit(1)


def require_folder(file: Path, field: str) -> None:
    """Refuse a file that cannot be written because its folder is missing, or because it is a folder itself."""
    if not file.parent.is_dir():
        raise Invalid(
            field,
            f"文件夹 {file.parent} 不存在，请先建立或换一处",
            f"there is no folder {file.parent}; make it, or write elsewhere",
        )
    if file.is_dir():
        raise Invalid(field, f"{file} 是文件夹，请写出文件名", f"{file} is a folder; name a file in it")


def require_file(file: Path, field: str) -> None:
    """Refuse a file that is not there."""
    if not file.is_file():
        raise Invalid(field, f"没有文件 {file}，请核对路径", f"there is no file {file}; check the path")
