"""Settings of the gateway, from environment variables that begin with FP_; `.env` files and flags are the caller's."""

from dataclasses import replace
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from fp_core.errors import Invalid
from fp_gateway.limits import Limits


class Settings(BaseSettings):
    """How one gateway runs. Every value has a default that is safe on one's own machine."""

    model_config = SettingsConfigDict(env_prefix="FP_", env_nested_delimiter="__", frozen=True)

    database_url: str = Field(
        default="sqlite:///data/fp.db", description="数据库地址 · sqlite:///file or postgresql://host/db"
    )
    key_file: Path = Field(default=Path("data/fp.key"), description="密钥文件 · keys that encrypt identity numbers")
    demo: bool = Field(default=False, description="演示模式 · opens GraphiQL and introspection; never in production")
    host: str = Field(default="127.0.0.1", description="监听地址 · address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="监听端口 · port to listen on")
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="允许的来源 · origins of web pages that may call, as JSON list"
    )
    strict_plugins: bool = Field(
        default=True, description="严格加载插件 · refuse to start when a plugin does not import"
    )
    limits: Limits = Field(default=Limits(), description="查询限制 · budget of a query, e.g. FP_LIMITS__DEPTH=8")

    @property
    def budget(self) -> Limits:
        """The limits in force: demo mode opens introspection, which GraphiQL needs."""
        return replace(self.limits, introspection=True) if self.demo else self.limits


def read_settings(**given: object) -> Settings:
    """The settings of the environment and of what is given; a value that cannot be taken is refused by its name."""
    try:
        return Settings(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name, value = "FP_" + "__".join(str(part) for part in first["loc"]).upper(), f"{first['input']!r:.60}"
        raise Invalid(
            name, f"设置 {name} 不能为 {value}，请改正", f"setting {name} cannot be {value}: {first['msg']}"
        ) from None
    except SettingsError as error:
        raise Invalid("settings", f"环境变量 FP_… 有误：{error}", f"an FP_… variable cannot be read: {error}") from None
