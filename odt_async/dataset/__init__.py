"""The operator's CSV files as a stream of merged rows, checked before anything is sent.

`open_dataset` finds and opens the files, `Dataset.rows()` streams them, `check_columns` judges the headers for
an action, `survey` judges every row.
"""

from odt_async.dataset.duplicates import Duplicates
from odt_async.dataset.merge import Dataset, merge_files, open_dataset, parse_overrides, row_problems
from odt_async.dataset.reader import CsvFile, find_csv, open_csv
from odt_async.dataset.schema import (
    ColumnCheck,
    MissingColumn,
    UnknownColumn,
    accepted_columns,
    by_precedence,
    check_columns,
    lost_cells,
)
from odt_async.dataset.single import SingleRow, matching_row, row_at, row_of_values
from odt_async.dataset.sources import domains_in
from odt_async.dataset.survey import Survey, survey

__all__ = [
    "ColumnCheck",
    "CsvFile",
    "Dataset",
    "Duplicates",
    "MissingColumn",
    "SingleRow",
    "Survey",
    "UnknownColumn",
    "accepted_columns",
    "by_precedence",
    "check_columns",
    "domains_in",
    "find_csv",
    "lost_cells",
    "matching_row",
    "merge_files",
    "open_csv",
    "open_dataset",
    "parse_overrides",
    "row_at",
    "row_of_values",
    "row_problems",
    "survey",
]
