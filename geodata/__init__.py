"""Data of the district: vocabulary, schema, coordinate systems, errors, store, importers, demo."""
