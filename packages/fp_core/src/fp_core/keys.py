"""The secrets that seal identity numbers: encryption for reading back, and a blind index for finding the same number."""

import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fp_core.errors import Invalid, Problem

_NONCE, _TAG = 12, 16

_NEW_FILE = """\
# Keys of one registry. Whoever has this file can read every identity number; without it nobody can. Keep a copy elsewhere.
# To change the key, add a line 2=… with 64 hexadecimal digits (openssl rand -hex 32) and leave the old line in place:
# new numbers take the highest version, old ones are read with theirs. `index` names the version that finds equal numbers;
# it stays as it is, or every stored index must be made anew.
index=1
1={secret}
"""


class Unreadable(Problem):
    """A sealed value cannot be opened with the keys at hand."""

    code = "UNREADABLE"


@dataclass(frozen=True, eq=False, repr=False)
class Keys:
    """32-byte secrets by version 1 to 255. Seals with the newest, opens with the one the value names."""

    secret_by_version: Mapping[int, bytes]
    index_version: int = 1
    _ciphers: Mapping[int, AESGCM] = field(init=False)
    _index_key: bytes = field(init=False)
    _newest: AESGCM = field(init=False)
    _newest_version: bytes = field(init=False)

    def __post_init__(self) -> None:
        _check(self.secret_by_version, self.index_version)
        object.__setattr__(self, "secret_by_version", MappingProxyType(dict(self.secret_by_version)))
        ciphers = {
            version: AESGCM(_derived(secret, b"fp encrypt")) for version, secret in self.secret_by_version.items()
        }
        object.__setattr__(self, "_ciphers", MappingProxyType(ciphers))
        object.__setattr__(self, "_newest", ciphers[max(ciphers)])
        object.__setattr__(self, "_newest_version", bytes([max(ciphers)]))
        object.__setattr__(self, "_index_key", _derived(self.secret_by_version[self.index_version], b"fp index"))

    def __repr__(self) -> str:
        return "Keys(***)"

    def __reduce__(self) -> tuple[type["Keys"], tuple[dict[int, bytes], int]]:
        """What a worker process is handed: the secrets, from which it derives the rest again."""
        return Keys, (dict(self.secret_by_version), self.index_version)

    @classmethod
    def from_file(cls, path: Path | str) -> Self:
        """Read a key file made by `generate_file`."""
        return cls(*_parsed(_read(Path(path)), "key_file", str(path)))

    @classmethod
    def from_env(cls, variable: str = "FP_KEYS") -> Self:
        """Read the lines of a key file from an environment variable, separated by blanks: `index=1 1=… 2=…`."""
        text = os.environ.get(variable, "")
        if not text.strip():
            raise Invalid(
                variable,
                f"环境变量 {variable} 未设置，应为“index=1 1=64位十六进制数”，或改用密钥文件",
                f"environment variable {variable} is not set; write index=1 1=<64 hexadecimal digits>, or use a key file",
            )
        return cls(*_parsed(text, variable, variable))

    @classmethod
    def generate_file(cls, path: Path | str) -> Self:
        """Make a new key file that only its owner can read. An existing file is never touched."""
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise Invalid(
                "key_file",
                f"密钥文件 {str(path)!r} 已存在，未作改动：覆盖后旧数据将无法解密，请换一个文件名",
                f"key file {str(path)!r} exists and was left alone: without it old data is lost; choose another name",
            ) from None
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_NEW_FILE.format(secret=secrets.token_hex(32)))
            file.flush()
            os.fsync(file.fileno())
        return cls.from_file(target)

    def encrypt(self, text: str, row_id: str) -> bytes:
        """Seal a text for one row: version byte, nonce, AES-256-GCM. It opens in no other row."""
        nonce = os.urandom(_NONCE)
        sealed = self._newest.encrypt(nonce, text.encode(), self._newest_version + row_id.encode())
        return self._newest_version + nonce + sealed

    def decrypt(self, data: bytes, row_id: str) -> str:
        """Open what `encrypt` sealed for this row."""
        if len(data) < 1 + _NONCE + _TAG:
            raise _unreadable(row_id, "数据不完整，请从备份恢复", "the value is cut short; restore it from a backup")
        version, nonce, sealed = data[0], data[1 : 1 + _NONCE], data[1 + _NONCE :]
        if version not in self._ciphers:
            known = ", ".join(map(str, sorted(self._ciphers)))
            zh = f"需要第 {version} 版密钥，现有 {known}，请将该版密钥加回密钥文件"
            raise _unreadable(
                row_id, zh, f"it needs key version {version}, held are {known}; put it back into the key file"
            )
        try:
            return self._ciphers[version].decrypt(nonce, sealed, _bound(version, row_id)).decode()
        except InvalidTag:
            zh = f"第 {version} 版密钥不符、数据被改动或取自其他记录，请核对密钥文件并从备份恢复"
            en = f"wrong key for version {version}, altered value, or a value of another row; check the key file, then restore"
            raise _unreadable(row_id, zh, en) from None

    def index(self, text: str) -> str:
        """A keyed fingerprint (HMAC-SHA256): equal for equal texts, worthless without the key, the same after rotation."""
        return hmac.digest(self._index_key, text.encode(), "sha256").hex()


def _derived(secret: bytes, purpose: bytes) -> bytes:
    """One secret, one key per purpose, so that no key serves two algorithms."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)


def _bound(version: int, row_id: str) -> bytes:
    return bytes([version]) + row_id.encode()


def _check(held: Mapping[int, bytes], index_version: int) -> None:
    for version, secret in held.items():
        if not 1 <= version <= 255 or len(secret) != 32:
            zh = f"密钥第 {version} 版无效：版本号应为1至255，密钥应为32字节"
            raise Invalid(
                "keys", zh, f"key version {version} is not valid: versions go from 1 to 255, a secret has 32 bytes"
            )
    if index_version not in held:
        zh = f"缺少用于索引的第 {index_version} 版密钥，请将其加回，否则无法查重"
        en = f"key version {index_version}, named by index, is missing; put it back, or no equal number is found"
        raise Invalid("keys", zh, en)


def _read(path: Path) -> str:
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except FileNotFoundError:
        zh = "不存在：请从备份恢复；新建系统请用 fp key 生成"
        raise _bad_file(
            path, zh, "does not exist: restore it, or for a new registry make one with: fp key FILE"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        zh = f"无法读取（{type(error).__name__}）：应为本用户可读的文本文件"
        en = f"cannot be read ({type(error).__name__}): it must be a text file that this user may read"
        raise _bad_file(path, zh, en) from None
    if os.name == "posix" and mode & 0o007:
        raise _bad_file(path, "其他用户可访问：请执行 chmod 600", "is open to other users: run chmod 600 on it")
    return text


def _bad_file(path: Path, zh: str, en: str) -> Invalid:
    return Invalid("key_file", f"密钥文件 {str(path)!r} {zh}", f"key file {str(path)!r} {en}")


def _parsed(text: str, name: str, source: str) -> tuple[dict[int, bytes], int]:
    """Entries `version=secret` and `index=version`. What is wrong is named by its place, never by its content."""
    held: dict[int, bytes] = {}
    index_version = 1
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for place, entry in enumerate((entry for line in lines for entry in line.split()), start=1):
        word, _, value = entry.partition("=")
        try:
            if word == "index":
                index_version = int(value)
                continue
            version, secret = int(word), bytes.fromhex(value)
        except ValueError:
            version, secret = 0, b""
        if version in held or not 1 <= version <= 255 or len(secret) != 32:
            zh = f"{source!r} 第 {place} 项无效，应为“版本号=64位十六进制数”，版本号1至255且不重复"
            en = f"{source!r}: entry {place} is not valid; write version=<64 hexadecimal digits>, each version 1 to 255 once"
            raise Invalid(name, zh, en)
        held[version] = secret
    _check(held, index_version)
    return held, index_version


def _unreadable(row_id: str, zh: str, en: str) -> Unreadable:
    return Unreadable(
        f"记录 {row_id!r} 的加密内容无法解密：{zh}", f"the sealed value of {row_id!r} cannot be opened: {en}"
    )
