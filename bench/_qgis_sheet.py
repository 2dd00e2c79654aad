"""The same sheet by QGIS's print layout (see `bench.printing`); run by the Python that QGIS was built for.

Arguments: a folder with `scene.json` and the GeoPackages it names, the file to write (.pdf or .png).
"""

import json
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsCentroidFillSymbolLayer,
    QgsCoordinateReferenceSystem,
    QgsFillSymbol,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
    QgsRendererCategory,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QFont, QFontDatabase

MM = QgsUnitTypes.LayoutMillimeters


def main(folder: Path, target: Path) -> int:
    """Write the sheet; the exit code is that of the exporter, or 70 when no compound was read."""
    scene = json.loads((folder / "scene.json").read_text(encoding="utf-8"))
    app = QgsApplication([], False)
    app.initQgis()
    for font in scene["fonts"]:
        QFontDatabase.addApplicationFont(font)
    project = QgsProject.instance()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4547"))
    layers = [loaded(folder, scene, name) for name in scene["layers"]]
    if not layers or not layers[-1].featureCount():
        return 70
    project.addMapLayers(layers)
    return exported(layout(project, scene, layers), target, scene["dpi"])


def loaded(folder: Path, scene: dict, name: str) -> QgsVectorLayer:
    """A layer with its symbols; compounds and street offices with their names."""
    layer = QgsVectorLayer(str(folder / f"{name}.gpkg"), name, "ogr")
    style = scene["layers"][name]
    if "codes" in style:
        categories = [QgsRendererCategory(code, symbol(one), code) for code, one in style["codes"].items()]
        layer.setRenderer(QgsCategorizedSymbolRenderer("code", categories))
    else:
        layer.setRenderer(QgsSingleSymbolRenderer(symbol(style)))
    if style["named_pt"]:
        layer.setLabeling(QgsVectorLayerSimpleLabeling(names(style["named_pt"])))
        layer.setLabelsEnabled(True)
    return layer


def symbol(style: dict) -> QgsSymbol:
    """Fill and outline, lines over the fill, a status mark, or a road with its casing."""
    if style["line"]:
        road = QgsLineSymbol.createSimple({"color": style["stroke"], "width": "0.7"})
        inner = QgsLineSymbol.createSimple(
            {"color": style["fill"], "width": "0.5"}
        )  # kept: its layer dies with it
        road.appendSymbolLayer(inner.symbolLayer(0).clone())
        return road
    area = {"color": style["fill"], "outline_color": style["stroke"], "outline_width": "0.15"}
    made = QgsFillSymbol.createSimple(area | ({"style": "no"} if style["hollow"] else {}))
    if style["hatched"]:
        lines = QgsLinePatternFillSymbolLayer()
        lines.setDistance(1.2)
        lines.setLineAngle(45)
        made.appendSymbolLayer(lines)
    if style["mark"]:
        for shape in ({"name": "circle", "size": "2.6"}, {"name": style["mark"], "size": "1.8"}):
            centre = QgsCentroidFillSymbolLayer()
            centre.setSubSymbol(QgsMarkerSymbol.createSimple(shape | {"color": "white"}))
            made.appendSymbolLayer(centre)
    return made


def names(size_pt: float) -> QgsPalLayerSettings:
    """Names with a halo."""
    labels = QgsPalLayerSettings()
    labels.fieldName = "name"
    text = QgsTextFormat()
    text.setFont(QFont("Noto Sans SC"))
    text.setSize(size_pt)
    text.buffer().setEnabled(True)
    text.buffer().setSize(0.4)
    labels.setFormat(text)
    return labels


def layout(project: QgsProject, scene: dict, layers: list) -> QgsPrintLayout:
    """A3 landscape: the map, inset map, title, legend, scale bar, lines of text and the watermark."""
    made = QgsPrintLayout(project)
    made.initializeDefaults()
    made.pageCollection().page(0).setPageSize(QgsLayoutSize(420, 297, MM))
    box = scene["box"]
    drawn = QgsLayoutItemMap(made)
    drawn.attemptMove(QgsLayoutPoint(10, 25, MM))
    drawn.attemptResize(QgsLayoutSize(scene["width"], scene["height"], MM))
    drawn.setLayers(layers[::-1])
    drawn.setExtent(QgsRectangle(*box))
    drawn.setFrameEnabled(True)
    small = QgsLayoutItemMap(made)
    small.attemptMove(QgsLayoutPoint(scene["width"] + 15, 190, MM))
    small.attemptResize(QgsLayoutSize(48, 36, MM))
    small.setLayers(layers[1::-1])
    small.setExtent(QgsRectangle(*scene["whole"]))
    texts = [(10, 8, 20, scene["title"])]
    texts += [(20 + 95 * column, 60 + 55 * row, 28, "演示数据") for column in range(3) for row in range(4)]
    texts += [(scene["width"] + 15, 110 + 4 * line, 6, text) for line, text in enumerate(scene["lines"])]
    legend = QgsLayoutItemLegend(made)
    legend.setLinkedMap(drawn)
    legend.attemptMove(QgsLayoutPoint(scene["width"] + 15, 25, MM))
    bar = QgsLayoutItemScaleBar(made)
    bar.setLinkedMap(drawn)
    bar.applyDefaultSize()
    bar.attemptMove(QgsLayoutPoint(scene["width"] + 15, 250, MM))
    for item in (drawn, small, legend, bar, *(label(made, *one) for one in texts)):
        made.addLayoutItem(item)
    return made


def label(made: QgsPrintLayout, x: float, y: float, size_pt: float, text: str) -> QgsLayoutItemLabel:
    """A line of text."""
    item = QgsLayoutItemLabel(made)
    item.setText(text)
    item.setFont(QFont("Noto Sans SC", int(size_pt)))
    item.attemptMove(QgsLayoutPoint(x, y, MM))
    item.adjustSizeToText()
    return item


def exported(made: QgsPrintLayout, target: Path, dpi: int) -> int:
    """Write the layout."""
    exporter = QgsLayoutExporter(made)
    if target.suffix == ".pdf":
        return exporter.exportToPdf(str(target), QgsLayoutExporter.PdfExportSettings())
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = dpi
    return exporter.exportToImage(str(target), settings)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
