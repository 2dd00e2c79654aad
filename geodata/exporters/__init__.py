"""What the store holds as files: ledgers of every kind, their templates, the register of compounds alone."""

from __future__ import annotations

from geodata.exporters.ledger import Spelling
from geodata.exporters.package import ENCODINGS, Request, Written, export, file_name, is_alone
from geodata.exporters.register import Register, export_register
from geodata.exporters.selecting import at_one_revision, belonging
from geodata.exporters.template import write_template
from geodata.exporters.text_files import csv_text

__all__ = [
    "ENCODINGS",
    "Register",
    "Request",
    "Spelling",
    "Written",
    "at_one_revision",
    "belonging",
    "csv_text",
    "export",
    "export_register",
    "file_name",
    "is_alone",
    "write_template",
]
