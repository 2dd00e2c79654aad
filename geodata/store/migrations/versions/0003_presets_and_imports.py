"""Presets of printed sheets; what imports remember: headings and names that people settled, findings they accepted.

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add tables and a nullable column; rows of before keep their hashes, since those leave out empty fields."""
    if not sa.inspect(op.get_bind()).has_table("print_preset"):  # 0002 made it for a while
        _versioned("print_preset", _text("name"), _text("setup"))
    _versioned("column_alias", _text("kind"), _text("heading"), _text("field"))
    _versioned("name_alias", _text("layer"), _text("name"), _text("record"))
    _versioned("accepted_finding", _text("rule"), _text("subject"), _text("content"), _text("reason"))
    op.add_column("import_batch", sa.Column("understood", sa.Text(), nullable=True))


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _versioned(name: str, *columns: sa.Column[str]) -> None:
    op.create_table(
        name,
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        *columns,
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("id", name=op.f(f"uq_{name}_id")),
        sqlite_autoincrement=True,
    )
