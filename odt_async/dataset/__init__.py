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
    check_columns,
)
from odt_async.dataset.survey import Survey, survey

__all__ = [
    "ColumnCheck",
    "CsvFile",
    "Dataset",
    "Duplicates",
    "MissingColumn",
    "Survey",
    "UnknownColumn",
    "accepted_columns",
    "check_columns",
    "find_csv",
    "merge_files",
    "open_csv",
    "open_dataset",
    "parse_overrides",
    "row_problems",
    "survey",
]
