"""Who drew a boundary and who reviewed it; taking back an append-only row; audit rows of a save found by index.

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
