"""Who drew a boundary and who reviewed it; taking back an append-only row; audit rows of a save found by index;
presets of printed sheets.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add nullable columns; rows of before keep their hashes, since those leave out empty fields."""
    op.add_column("compound", sa.Column("boundary_drawn_by", sa.Text(), nullable=True))
    op.add_column("compound", sa.Column("boundary_drawn_on", sa.Date(), nullable=True))
    op.add_column("compound", sa.Column("boundary_review", sa.Text(), nullable=True))
    op.add_column("compound", sa.Column("boundary_reviewed_by", sa.Text(), nullable=True))
    op.add_column("compound", sa.Column("boundary_reviewed_on", sa.Date(), nullable=True))
    for table in ("progress_report", "stage_event"):
        op.add_column(table, sa.Column("withdrawn", sa.Boolean(), nullable=True))
    op.create_index(op.f("ix_audit_revision"), "audit", ["revision"], unique=False)
    op.create_table(
        "print_preset",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("setup", sa.Text(), nullable=False),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_print_preset")),
        sa.UniqueConstraint("id", name=op.f("uq_print_preset_id")),
        sqlite_autoincrement=True,
    )
