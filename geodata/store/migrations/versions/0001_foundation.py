"""First released schema: register, works, progress, heritage, plan, money, facts, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geodata.columns import UtcDateTime, geometry

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables of version 0001."""
    op.create_table(
        "basemap_line",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("road_class", sa.Text(), nullable=False),
        sa.Column("boundary_status", sa.Text(), nullable=False),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            geometry("MultiLineString"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_basemap_line")),
        sa.UniqueConstraint("id", name=op.f("uq_basemap_line_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "district",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("boundary_status", sa.Text(), nullable=False),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            geometry("MultiPolygon"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_district")),
        sa.UniqueConstraint("id", name=op.f("uq_district_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "heritage_site",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("published_area_km2", sa.Double(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_heritage_site")),
        sa.UniqueConstraint("id", name=op.f("uq_heritage_site_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_batch",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("source_crs", sa.Text(), nullable=True),
        sa.Column("issues", sa.Text(), nullable=True),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_import_batch")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "layer_revision",
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("layer", name=op.f("pk_layer_revision")),
    )
    op.create_table(
        "reference_area",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("boundary_status", sa.Text(), nullable=False),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            geometry("MultiPolygon"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_reference_area")),
        sa.UniqueConstraint("id", name=op.f("uq_reference_area_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "revision",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_revision")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "street_office",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("in_totals", sa.Boolean(), nullable=False),
        sa.Column("boundary_status", sa.Text(), nullable=False),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            geometry("MultiPolygon"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_street_office")),
        sa.UniqueConstraint("id", name=op.f("uq_street_office_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["revision.number"], name=op.f("fk_audit_revision_revision")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_layer_record_id"), "audit", ["layer", "record_id"], unique=False)
    op.create_table(
        "community",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street_code", sa.Text(), nullable=False),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["street_code"], ["street_office.id"], name=op.f("fk_community_street_code_street_office")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_community")),
        sa.UniqueConstraint("id", name=op.f("uq_community_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "heritage_line",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("published_length_m", sa.Double(), nullable=True),
        sa.Column("boundary_status", sa.Text(), nullable=False),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            geometry("MultiLineString"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["heritage_site.id"], name=op.f("fk_heritage_line_site_id_heritage_site")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_heritage_line")),
        sa.UniqueConstraint("id", name=op.f("uq_heritage_line_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "heritage_zone",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("zone_class", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("promulgated_by", sa.Text(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("boundary_status", sa.Text(), nullable=False),
        sa.Column("height_limit_m", sa.Double(), nullable=True),
        sa.Column("layer_version", sa.Text(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            geometry("MultiPolygon"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["heritage_site.id"], name=op.f("fk_heritage_zone_site_id_heritage_site")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_heritage_zone")),
        sa.UniqueConstraint("id", name=op.f("uq_heritage_zone_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "plan_target",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("street_code", sa.Text(), nullable=False),
        sa.Column("estates", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["street_code"], ["street_office.id"], name=op.f("fk_plan_target_street_code_street_office")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_plan_target")),
        sa.UniqueConstraint("id", name=op.f("uq_plan_target_id")),
        sa.UniqueConstraint("year", "street_code", name=op.f("uq_plan_target_year_street_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "renewal_area",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_pilot", sa.Boolean(), nullable=False),
        sa.Column("street_code", sa.Text(), nullable=True),
        sa.Column("boundary_status", sa.Text(), nullable=False),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            geometry("MultiPolygon"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["street_code"], ["street_office.id"], name=op.f("fk_renewal_area_street_code_street_office")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_renewal_area")),
        sa.UniqueConstraint("id", name=op.f("uq_renewal_area_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "estate",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street_code", sa.Text(), nullable=False),
        sa.Column("community_code", sa.Text(), nullable=True),
        sa.Column("programme", sa.Text(), nullable=True),
        sa.Column("batch_year", sa.Integer(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_code"], ["community.id"], name=op.f("fk_estate_community_code_community")
        ),
        sa.ForeignKeyConstraint(
            ["street_code"], ["street_office.id"], name=op.f("fk_estate_street_code_street_office")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_estate")),
        sa.UniqueConstraint("id", name=op.f("uq_estate_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "compound",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=True),
        sa.Column("street_code", sa.Text(), nullable=False),
        sa.Column("community_code", sa.Text(), nullable=True),
        sa.Column("estate_id", sa.Text(), nullable=True),
        sa.Column("renewal_area_id", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("built_year", sa.Integer(), nullable=True),
        sa.Column("ownership", sa.Text(), nullable=True),
        sa.Column("buildings", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("floor_area_m2", sa.Double(), nullable=True),
        sa.Column("structure", sa.Text(), nullable=True),
        sa.Column("storeys", sa.Integer(), nullable=True),
        sa.Column("property_manager", sa.Text(), nullable=True),
        sa.Column("leader", sa.Text(), nullable=True),
        sa.Column("position_lon", sa.Double(), nullable=True),
        sa.Column("position_lat", sa.Double(), nullable=True),
        sa.Column("position_uncertainty_m", sa.Double(), nullable=True),
        sa.Column("boundary_status", sa.Text(), nullable=False),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            geometry("MultiPolygon"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_code"], ["community.id"], name=op.f("fk_compound_community_code_community")
        ),
        sa.ForeignKeyConstraint(["estate_id"], ["estate.id"], name=op.f("fk_compound_estate_id_estate")),
        sa.ForeignKeyConstraint(
            ["renewal_area_id"], ["renewal_area.id"], name=op.f("fk_compound_renewal_area_id_renewal_area")
        ),
        sa.ForeignKeyConstraint(
            ["street_code"], ["street_office.id"], name=op.f("fk_compound_street_code_street_office")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_compound")),
        sa.UniqueConstraint("id", name=op.f("uq_compound_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_compound_street_code"), "compound", ["street_code"], unique=False)
    op.create_table(
        "funding",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("compound_id", sa.Text(), nullable=False),
        sa.Column("fund_source", sa.Text(), nullable=False),
        sa.Column("planned_cny", sa.Double(), nullable=True),
        sa.Column("arrived_cny", sa.Double(), nullable=True),
        sa.Column("paid_cny", sa.Double(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_funding_compound_id_compound")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_funding")),
        sa.UniqueConstraint("id", name=op.f("uq_funding_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "party",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("compound_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_party_compound_id_compound")),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_party")),
        sa.UniqueConstraint("id", name=op.f("uq_party_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reported_fact",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("street_code", sa.Text(), nullable=True),
        sa.Column("compound_id", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("approx", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column("caveat", sa.Text(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_reported_fact_compound_id_compound")
        ),
        sa.ForeignKeyConstraint(
            ["street_code"], ["street_office.id"], name=op.f("fk_reported_fact_street_code_street_office")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_reported_fact")),
        sa.UniqueConstraint("id", name=op.f("uq_reported_fact_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "stage_event",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("compound_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("occurred_from", sa.Date(), nullable=True),
        sa.Column("occurred_to", sa.Date(), nullable=True),
        sa.Column("occurred_precision", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_stage_event_compound_id_compound")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_stage_event")),
        sa.UniqueConstraint("id", name=op.f("uq_stage_event_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_stage_event_compound_id"), "stage_event", ["compound_id"], unique=False)
    op.create_table(
        "work_item",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("compound_id", sa.Text(), nullable=False),
        sa.Column("type_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("approx", sa.Text(), nullable=True),
        sa.Column("budget_cny", sa.Double(), nullable=True),
        sa.Column("planned_start_from", sa.Date(), nullable=True),
        sa.Column("planned_start_to", sa.Date(), nullable=True),
        sa.Column("planned_start_precision", sa.Text(), nullable=True),
        sa.Column("planned_finish_from", sa.Date(), nullable=True),
        sa.Column("planned_finish_to", sa.Date(), nullable=True),
        sa.Column("planned_finish_precision", sa.Text(), nullable=True),
        sa.Column("excavation_depth_m", sa.Double(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "geometry",
            geometry("MultiPolygon"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["compound_id"], ["compound.id"], name=op.f("fk_work_item_compound_id_compound")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_work_item")),
        sa.UniqueConstraint("id", name=op.f("uq_work_item_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_work_item_compound_id"), "work_item", ["compound_id"], unique=False)
    op.create_table(
        "permit",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("work_item_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_item_id"], ["work_item.id"], name=op.f("fk_permit_work_item_id_work_item")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_permit")),
        sa.UniqueConstraint("id", name=op.f("uq_permit_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_permit_work_item_id"), "permit", ["work_item_id"], unique=False)
    op.create_table(
        "progress_report",
        sa.Column("fid", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("work_item_id", sa.Text(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("progress_pct", sa.Double(), nullable=False),
        sa.Column("paid_cny", sa.Double(), nullable=True),
        sa.Column("data_status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work_item_id"], ["work_item.id"], name=op.f("fk_progress_report_work_item_id_work_item")
        ),
        sa.PrimaryKeyConstraint("fid", name=op.f("pk_progress_report")),
        sa.UniqueConstraint("id", name=op.f("uq_progress_report_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_progress_report_work_item_id"), "progress_report", ["work_item_id"], unique=False
    )
