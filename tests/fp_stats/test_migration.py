"""A database with the cells of villages goes over to cells of every level."""

import shutil
from dataclasses import replace
from pathlib import Path

from fp_core.db import make_engine
from fp_core.keys import Keys
from fp_core.migrate import differences, migrate
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_stats.operations import table
from tests import places
from tests.actors import operator
from tests.fp_stats.levels import HOUSEHOLD, counted, kept, marked, write
from tests.places import NATION, QIANXI, ZHONGZHAI

OLD_CELL = (
    "INSERT INTO stat_cell (year, region_code, statistic, column_code, households, persons) "
    "VALUES (:year, :place, 'poor', 'total', 7, 7)"
)
DEFINITION = "INSERT INTO stat_definition (statistic, columns) VALUES ('poor', :digest)"


def test_cells_of_villages_are_counted_anew_at_every_level(
    empty_database: str, host: Host, keys: Keys, tmp_path: Path
) -> None:
    stats = next(t for t in host.tables if t.label == "stats")
    shutil.copy(next(stats.migrations.glob("stats_0001*.py")), tmp_path)
    before = [replace(t, migrations=tmp_path) if t is stats else t for t in host.tables]
    digest = next(s for _, given in host.collect("fp_statistics") for s in given if s.code == "poor").digest
    with Registry(make_engine(empty_database), host, keys) as registry:
        migrate(registry.engine, before)
        places.add_to(registry)
        values = {"code": f"{ZHONGZHAI}0001", "year": 2016, "place": ZHONGZHAI, "persons": 3, "digest": digest}
        write(registry, *HOUSEHOLD, "DELETE FROM dirty_mark", OLD_CELL, DEFINITION, **values)

        registry.migrate()

        with registry.engine.connect() as connection:
            assert differences(connection, host.tables) == []
        total = table(registry, operator(registry, NATION), "poor", QIANXI, 2016)[-1].cells["total"]
        assert (total.households, total.persons) == (1, 3)
        assert kept(registry, 2016) == counted(registry, 2016)
        assert marked(registry) == []
