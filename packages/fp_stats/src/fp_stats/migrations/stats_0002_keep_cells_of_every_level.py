"""Keep cells of every level. The old cells go: without a definition each table is counted anew when it is next read."""

import sqlalchemy as sa
from alembic import op

revision = "stats_0002"
down_revision = "stats_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_stat_cell_table", table_name="stat_cell")
    op.drop_table("stat_cell")
    op.execute("DELETE FROM stat_definition")
    op.create_table(
        "stat_cell",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("statistic", sa.String(length=40), nullable=False),
        sa.Column("column_code", sa.String(length=40), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("statistic", "year", "level", "region_code", "column_code", name=op.f("pk_stat_cell")),
    )


def downgrade() -> None:
    op.drop_table("stat_cell")
    op.execute("DELETE FROM stat_definition")
    op.create_table(
        "stat_cell",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("statistic", sa.String(length=40), nullable=False),
        sa.Column("column_code", sa.String(length=40), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("year", "region_code", "statistic", "column_code", name=op.f("pk_stat_cell")),
    )
    op.create_index("ix_stat_cell_table", "stat_cell", ["statistic", "year", "region_code"], unique=False)
