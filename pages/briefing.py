"""汇报屏: two full-screen scenes in turn, the district and one street office, for a wall or a meeting room."""

from ui import briefing

briefing.show(briefing.asked())
