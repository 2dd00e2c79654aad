"""How things look: symbology, web map, charts."""
