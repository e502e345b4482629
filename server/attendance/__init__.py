"""Who was in a meeting: visits become one line a person (``merge``), and lines a sheet as CSV, XLSX or PDF.

Pure: no database, no clock. A PDF of 122 people takes a second, so it is made outside of the event loop.
"""

from server.attendance.merge import Line, SameName, merge
from server.attendance.sheet import Sheet, Visit

__all__ = ["Line", "SameName", "Sheet", "Visit", "merge"]
