"""Dated parameters: which value is in force where and when, with its document, and what if it were another."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fp_core import params
from fp_core.errors import Invalid, PluginError
from fp_core.params import Parameters
from fp_core.plugins import Host
from tests.places import BIJIE, GUANGXI, GUIZHOU, NATION, QIANXI, ZHONGZHAI

TEXT = """
[line]
label = "脱贫标准"
english = "poverty line"
unit = "元/人·年"
values = [
  { since = 2014-01-01, value = 2800, cites = "国家 2014" },
  { since = 2016-01-01, value = 2952.5, cites = "国家 2016" },
  { since = 2015-01-01, value = 3000, cites = "贵州 2015", region = "520000000000" },
  { since = 2017-07-01, value = 3500, cites = "黔西 2017", region = "520522000000" },
]
"""


@pytest.fixture
def parameters(tmp_path: Path) -> Parameters:
    file = tmp_path / "params.toml"
    file.write_text(TEXT, encoding="utf-8")
    return Parameters(params.read(file, "test"))


@pytest.mark.parametrize(
    ("region", "on", "cites"),
    [
        (NATION, date(2014, 1, 1), "国家 2014"),
        (NATION, date(2015, 12, 31), "国家 2014"),
        (GUANGXI, date(2016, 1, 1), "国家 2016"),
        (GUIZHOU, date(2014, 12, 31), "国家 2014"),
        (GUIZHOU, date(2015, 1, 1), "贵州 2015"),
        (BIJIE, date(2020, 12, 31), "贵州 2015"),
        (QIANXI, date(2017, 6, 30), "贵州 2015"),
        (ZHONGZHAI, date(2017, 7, 1), "黔西 2017"),
    ],
)
def test_most_specific_region_then_the_latest_date_is_in_force(
    parameters: Parameters, region: str, on: date, cites: str
) -> None:
    in_force = parameters.at(region, on)

    assert in_force.line is not None
    assert in_force.used()["line"].cites == cites


def test_number_with_a_point_is_read_exactly(parameters: Parameters) -> None:
    line = parameters.at(GUANGXI, date(2016, 1, 1)).line

    assert (line, type(line)) == (Decimal("2952.5"), Decimal)


def test_value_before_the_first_date_is_refused_with_what_there_is(parameters: Parameters) -> None:
    with pytest.raises(Invalid) as refused:
        _ = parameters.at(GUANGXI, date(2013, 12, 31)).line

    assert refused.value.en == (
        "parameter 'line' (poverty line) has no value in 450000000000 on 2013-12-31; there are "
        "000000000000 2014-01-01, 000000000000 2016-01-01, 520000000000 2015-01-01, 520522000000 2017-07-01"
    )
    assert "脱贫标准" in refused.value.zh


def test_unknown_parameter_lists_the_known_ones(parameters: Parameters) -> None:
    with pytest.raises(Invalid, match="there is no parameter 'lines'; known are line"):
        _ = parameters.at(NATION, date(2016, 1, 1)).lines


def test_what_if_holds_everywhere_and_always_and_leaves_the_rest(parameters: Parameters) -> None:
    assumed = parameters.assuming(line=4000)

    assert assumed.at(QIANXI, date(2014, 1, 1)).line == 4000
    assert parameters.at(QIANXI, date(2014, 1, 1)).line == 2800
    assert assumed["line"].label == "脱贫标准"


def test_province_adds_values_to_a_national_parameter(parameters: Parameters, tmp_path: Path) -> None:
    file = tmp_path / "guangxi.toml"
    values = '{ since = 2016-01-01, value = 3100, cites = "广西 2016", region = "450000000000" }'
    file.write_text(f'[line]\nlabel = "-"\nenglish = "-"\nvalues = [{values}]\n', encoding="utf-8")

    joined = parameters.joined(params.read(file, "guangxi"), "guangxi")

    assert joined.at(GUANGXI, date(2016, 12, 31)).line == 3100
    assert joined.at(GUIZHOU, date(2016, 12, 31)).line == 3000
    assert joined["line"].label == "脱贫标准"
    with pytest.raises(PluginError, match="plugin 'guangxi' gives parameter 'line' for 450000000000 since 2016-01-01"):
        joined.joined(params.read(file, "guangxi"), "guangxi")


@pytest.mark.parametrize(("year", "line"), [(2014, 2800), (2015, 2855), (2016, 2952), (2020, 4000)])
def test_national_poverty_line_of_each_year(host: Host, year: int, line: int) -> None:
    assert host.rules.parameters.at(NATION, date(year, 12, 31)).poverty_line == line
