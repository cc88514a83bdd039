"""Inputs in an Excel workbook: refused where it is not safe, else read cell by cell without a spreadsheet library.

``package`` looks at the zip and streams its XML, ``book`` reads cells, ``layout`` says where inputs stand (the template
is written from it too), ``tables`` cuts cells into tables and a programme, ``places`` names the cell of a fault.
"""

from planner.inputs.excel.package import Refused, is_workbook
from planner.inputs.excel.places import located, order
from planner.inputs.excel.tables import load

__all__ = ["Refused", "is_workbook", "load", "located", "order"]
