"""Reading the tables that are drawn for the terminal."""

from __future__ import annotations


def rows(table: str) -> list[list[str]]:
    """The cells of each row without the head, with the lines of a cell joined by spaces."""
    found: list[list[str]] = []
    continued = False
    ruled = "├" in table  # a line between the rows, so that several lines may be one row
    for line in table.splitlines():
        if line.startswith("│"):
            cells = [cell.strip() for cell in line.strip("│").split("│")]
            if continued:
                found[-1] = [" ".join(filter(None, pair)) for pair in zip(found[-1], cells, strict=True)]
            else:
                found.append(cells)
            continued = ruled
        else:
            continued = False
    return found
