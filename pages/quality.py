"""数据质量: a watch over what is stored, never silently clear."""

from ui import data, quality, shell

snap = data.snapshot()
asked = quality.load(snap)

shell.bar("quality", snap)
quality.show(snap, asked)
