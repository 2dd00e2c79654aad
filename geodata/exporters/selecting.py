"""What is read to be given out: layers at one moment, and which rows belong to the compounds that somebody sees."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from geodata.store import Store


def at_one_revision(store: Store, layers: list[str]) -> tuple[dict[str, pd.DataFrame], int]:
    """Layers and the number of the save that they show."""
    snapshot, frames = store.frames_now(layers)
    return frames, snapshot.revision


def belonging(
    frames: Mapping[str, pd.DataFrame], compounds: Collection[str], streets: Collection[str] = ()
) -> dict[str, set[str]]:
    """Ids by layer of what belongs to these compounds; layers that know no compound are narrowed by `streets`, if any.

    A layer that is not in the answer is given out whole. `work_item` must be among the frames for its reports.
    """
    chosen, offices = set(compounds), set(streets)
    items: set[str] = set()
    if "work_item" in frames:
        works = frames["work_item"]
        items = set(works.index[works["compound_id"].isin(chosen)])
    found: dict[str, set[str]] = {}
    for layer, frame in frames.items():
        if layer == "compound":
            found[layer] = chosen
        elif "compound_id" in frame:
            found[layer] = set(frame.index[frame["compound_id"].isin(chosen)])
        elif "work_item_id" in frame:
            found[layer] = set(frame.index[frame["work_item_id"].isin(items)])
        elif offices and layer == "street_office":
            found[layer] = offices & set(frame.index)
        elif offices and "street_code" in frame:
            found[layer] = set(frame.index[frame["street_code"].isin(offices)])
    return found
