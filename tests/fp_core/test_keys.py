"""Sealing of identity numbers: what goes in comes out, in its own row, with its own key, and nothing leaks."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fp_core.errors import Invalid
from fp_core.keys import Keys, Unreadable

FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))
KEYS = Keys({1: FIRST})
ROTATED = Keys({1: FIRST, 2: SECOND})
NUMBER, ROW = "11010519491231002X", "5205221010010001:1"


@given(text=st.text(max_size=60), row=st.text(max_size=30))
def test_what_is_sealed_opens_again(text: str, row: str) -> None:
    assert KEYS.decrypt(KEYS.encrypt(text, row), row) == text


@given(place=st.integers(0, 46), flip=st.integers(1, 255))
def test_any_altered_byte_is_found(place: int, flip: int) -> None:
    sealed = bytearray(KEYS.encrypt(NUMBER, ROW))
    sealed[place] ^= flip

    with pytest.raises(Unreadable):
        KEYS.decrypt(bytes(sealed), ROW)


@pytest.mark.parametrize("length", [0, 1, 28, 46])
def test_a_value_cut_short_is_found(length: int) -> None:
    with pytest.raises(Unreadable):
        KEYS.decrypt(KEYS.encrypt(NUMBER, ROW)[:length], ROW)


def test_a_sealed_value_opens_in_no_other_row() -> None:
    sealed = KEYS.encrypt(NUMBER, ROW)

    with pytest.raises(Unreadable) as refused:
        KEYS.decrypt(sealed, "5205221010010001:2")

    assert refused.value.code == "UNREADABLE"
    assert refused.value.en == (
        "the sealed value of '5205221010010001:2' cannot be opened: wrong key for version 1, altered value, "
        "or a value of another row; check the key file, then restore"
    )


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Unreadable, match="第 1 版密钥不符"):
        Keys({1: SECOND}).decrypt(KEYS.encrypt(NUMBER, ROW), ROW)


def test_sealing_twice_gives_two_values_of_47_bytes() -> None:
    first, second = KEYS.encrypt(NUMBER, ROW), KEYS.encrypt(NUMBER, ROW)

    assert first != second
    assert (len(first), len(second)) == (47, 47)
    assert NUMBER.encode() not in first


def test_after_rotation_new_values_take_the_new_key_and_old_ones_still_open() -> None:
    old, new = KEYS.encrypt(NUMBER, ROW), ROTATED.encrypt(NUMBER, ROW)

    assert (old[0], new[0]) == (1, 2)
    assert ROTATED.decrypt(old, ROW) == NUMBER
    assert ROTATED.decrypt(new, ROW) == NUMBER


def test_a_missing_version_is_named() -> None:
    with pytest.raises(Unreadable) as refused:
        KEYS.decrypt(ROTATED.encrypt(NUMBER, ROW), ROW)

    assert refused.value.zh == (f"记录 '{ROW}' 的加密内容无法解密：需要第 2 版密钥，现有 1，请将该版密钥加回密钥文件")


def test_the_index_finds_the_same_number_before_and_after_rotation() -> None:
    assert KEYS.index(NUMBER) == ROTATED.index(NUMBER)
    assert KEYS.index(NUMBER) == "deb53d19899c54c413a9aba2d657440706278f49ec8acebd7b155288220e7f63"
    assert len({KEYS.index(NUMBER), KEYS.index(NUMBER[:17]), Keys({1: SECOND}).index(NUMBER)}) == 3


def test_the_index_may_be_moved_to_a_newer_key() -> None:
    moved = Keys({1: FIRST, 2: SECOND}, index_version=2)

    assert moved.index(NUMBER) != KEYS.index(NUMBER)
    assert moved.decrypt(KEYS.encrypt(NUMBER, ROW), ROW) == NUMBER


def test_keys_without_the_one_of_the_index_are_refused() -> None:
    with pytest.raises(Invalid) as refused:
        Keys({2: SECOND})

    assert refused.value.en == "key version 1, named by index, is missing; put it back, or no equal number is found"


@pytest.mark.parametrize("held", [{0: FIRST}, {256: FIRST}, {1: FIRST[:31]}, {1: b""}])
def test_a_secret_has_32_bytes_and_a_version_fits_a_byte(held: dict[int, bytes]) -> None:
    with pytest.raises(Invalid, match="versions go from 1 to 255, a secret has 32 bytes"):
        Keys(held)


def test_keys_show_nothing_and_cannot_be_changed() -> None:
    assert (repr(KEYS), str(ROTATED), f"{KEYS}") == ("Keys(***)", "Keys(***)", "Keys(***)")
    with pytest.raises(AttributeError):
        KEYS.index_version = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        KEYS.secret_by_version[1] = SECOND  # type: ignore[index]


def test_a_worker_process_may_be_handed_the_keys() -> None:
    copy = pickle.loads(pickle.dumps(ROTATED))

    assert copy.decrypt(ROTATED.encrypt(NUMBER, ROW), ROW) == NUMBER
    assert copy.index(NUMBER) == ROTATED.index(NUMBER)


def test_a_generated_file_is_for_its_owner_only_and_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "secret" / "fp.key"

    made = Keys.generate_file(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert Keys.from_file(path).decrypt(made.encrypt(NUMBER, ROW), ROW) == NUMBER
    assert Keys.from_file(path).index(NUMBER) == made.index(NUMBER)


def test_two_generated_files_differ(tmp_path: Path) -> None:
    assert Keys.generate_file(tmp_path / "a").index(NUMBER) != Keys.generate_file(tmp_path / "b").index(NUMBER)


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "fp.key"
    Keys.generate_file(path)
    before = path.read_text()

    with pytest.raises(Invalid, match="exists and was left alone"):
        Keys.generate_file(path)

    assert path.read_text() == before


def test_a_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "fp.key"

    with pytest.raises(Invalid) as refused:
        Keys.from_file(path)

    assert refused.value.field == "key_file"
    assert refused.value.en == (
        f"key file '{path}' does not exist: restore it, or for a new registry make one with: fp key FILE"
    )


def test_a_file_open_to_other_users_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fp.key"
    Keys.generate_file(path)
    path.chmod(0o644)

    with pytest.raises(Invalid, match=r"is open to other users: run chmod 600 on it"):
        Keys.from_file(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_what_is_no_text_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "fp.key"
    path.mkdir(mode=0o700) if content is None else path.write_bytes(content)

    with pytest.raises(Invalid, match="it must be a text file that this user may read"):
        Keys.from_file(path)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("index=1 1=abc", 2),
        (f"1={FIRST.hex()} 1={SECOND.hex()}", 2),
        (f"{FIRST.hex()}", 1),
        (f"index=one 1={FIRST.hex()}", 1),
        (f"1={FIRST.hex()} 256={SECOND.hex()}", 2),
    ],
)
def test_a_wrong_entry_is_named_by_its_place_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, text: str, place: int
) -> None:
    monkeypatch.setenv("FP_KEYS", text)

    with pytest.raises(Invalid) as refused:
        Keys.from_env()

    assert refused.value.en == (
        f"'FP_KEYS': entry {place} is not valid; write version=<64 hexadecimal digits>, each version 1 to 255 once"
    )


def test_keys_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FP_KEYS", f"index=1 1={FIRST.hex()} 2={SECOND.hex()}")

    assert Keys.from_env().decrypt(ROTATED.encrypt(NUMBER, ROW), ROW) == NUMBER


def test_an_unset_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FP_KEYS", raising=False)

    with pytest.raises(Invalid, match="environment variable FP_KEYS is not set"):
        Keys.from_env()
