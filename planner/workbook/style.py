"""Named styles and number formats; the meaning is always in words too, never in colour alone."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

FACE = "Calibri"
#: "_)" leaves the width of a parenthesis: digits stand below digits, and clear of the next column


def _form(digits: str, least: str, zero: str, unit: str = "") -> str:
    """Negatives in parentheses; what is shown as 0, from below too, is ``zero``: never "(0.0)"."""
    return f'[>={least}]{digits}{unit}_);[<=-{least}]({digits}{unit});"{zero}"_)'


MUSD = _form("#,##0.0,,", "50000", "-")
MUSD_FINE = _form("#,##0.000,,", "500", "-")
USD = _form("#,##0.00", "0.005", "0.00")
MW = _form("#,##0.0", "0.05", "-")
COUNT = _form("#,##0", "0.5", "-")
QUANTITY = _form("#,##0.00", "0.005", "0.00")
RATIO = _form("0.0000", "0.00005", "0.0000")
SHARE = _form("0.0", "0.0005", "0.0%", "%")
SHARE_OR_DASH = _form("0.0", "0.0005", "-", "%")
YEAR = "0"
FISCAL = '"FY"0'
GENERAL = "General"

NAVY, PALE, GREY, CREAM, GREEN, RED, AMBER = "1F3864", "DCE6F1", "F2F2F2", "FFF8DC", "E2EFDA", "F8CBAD", "FFE699"
THIN = Side(style="thin", color="808080")


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour, bgColor=colour)


def _styles() -> list[NamedStyle]:
    def style(name: str, font: Font, fill: str = "", align: Alignment | None = None, top: bool = False) -> NamedStyle:
        made = NamedStyle(name=name, font=font, alignment=align or Alignment(vertical="center"))
        if fill:
            made.fill = _fill(fill)
        if top:
            made.border = Border(top=THIN)
        return made

    plain = Font(name=FACE, size=10)
    bold = Font(name=FACE, size=10, bold=True)
    middle = Alignment(vertical="center", horizontal="center", wrap_text=True)
    return [
        style("plan title", Font(name=FACE, size=16, bold=True, color=NAVY)),
        style("plan role", Font(name=FACE, size=10, italic=True, color="595959")),
        style("plan flag", bold),
        style("plan go", Font(name=FACE, size=10, underline="single", color="0563C1")),
        style("plan banner", Font(name=FACE, size=11, bold=True, color="9C0006"), "FDE9E7"),
        style("plan heading", Font(name=FACE, size=12, bold=True, color=NAVY)),
        style("plan header", Font(name=FACE, size=10, bold=True, color="FFFFFF"), NAVY, middle),
        style("plan text", plain, align=Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)),
        style("plan line", plain),
        style("plan unit", plain, align=Alignment(horizontal="left", vertical="center", indent=1)),
        style("plan input", Font(name=FACE, size=10, color="0000FF"), CREAM),
        style("plan calculation", plain),
        style("plan link", Font(name=FACE, size=10, color="006100")),
        style("plan total", bold, PALE, top=True),
        style("plan check", bold, GREY, Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)),
    ]


def register(book: Workbook) -> None:
    """The default face and all named styles."""
    book._fonts[0] = Font(name=FACE, size=10)  # type: ignore[attr-defined]
    for style in _styles():
        book.add_named_style(style)


def result_rules() -> list[CellIsRule]:
    """Colours beside the words PASS, FAIL and EDITED."""
    return [
        CellIsRule(operator="equal", formula=[f'"{word}"'], fill=_fill(colour))
        for word, colour in (("PASS", GREEN), ("FAIL", RED), ("EDITED", AMBER))
    ]
