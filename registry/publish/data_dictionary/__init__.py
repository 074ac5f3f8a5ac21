"""The data dictionary for programs, for spreadsheets and for people: JSON, CSV and one page of HTML, from one list."""

from registry.publish.data_dictionary.sheets import written

__all__ = ["written"]
