"""Settings of the gateway, from environment variables that begin with FP_; `.env` files and flags are the caller's."""

from dataclasses import replace
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

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
