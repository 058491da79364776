"""Lists that are brought in: why a file or a row of it cannot be used, and what of it is not followed."""

from tui_pos.ui.messages.templates import Sentence

SENTENCES: dict[str, Sentence] = {
    "bad_list.damaged": "{file} is damaged: save it again, or as CSV.",
    "bad_list.empty": "{file} is empty.",
    "bad_list.encoding": "{file} is no text that can be read: save it as CSV in UTF-8.",
    "bad_list.error_cell": "Row {row} of {file} holds the error {text}: correct that cell, or empty it.",
    "bad_list.is_database": "{file} is a database, not a list: CSV or XLSX is needed.",
    "bad_list.is_old_excel": "{file} is in the old Excel form: save it as XLSX or CSV.",
    "bad_list.is_packed": "{file} is an archive, not a list: unpack it first.",
    "bad_list.is_pdf": "{file} is a PDF, not a list: CSV or XLSX is needed.",
    "bad_list.is_picture": "{file} is a picture, not a list: CSV or XLSX is needed.",
    "bad_list.long_cell": "Row {row} of {file} holds a cell that does not end: a quotation mark is missing.",
    "bad_list.missing": "There is no file {file}.",
    "bad_list.no_file": "{file} is not a file: name the list itself.",
    "bad_list.no_rows": "{file} holds no rows.",
    "bad_list.not_calculated": "Row {row} of {file} holds a formula without its result: open the file in a"
    " spreadsheet program and save it.",
    "bad_list.quotes": "Row {row} of {file} has a quotation mark too many or too few.",
    "bad_list.too_large": "{file} is too large: at most {most} MB can be read.",
    "bad_list.too_many_rows": "{file} has more than {most:,} rows: that is no list of people.",
    "bad_list.unreadable": "{file} cannot be read: {fault}.",
    "bad_map": "Say COLUMN=FIELD, ticket:NAME=SLUG or status:WORD=paid, not {text}; fields are {fields}.",
    "forgotten": "Personal data of {conference} was erased on {day}: no list is imported after that.",
    "no_name_column": "No column is the name: say which with --map COLUMN=name. The columns are {columns}.",
    "no_people": "{file} has a header and nobody below it.",
    "no_ticket_column": "No column is the ticket: say which with --map COLUMN=ticket, or"
    ' --map "ticket:*=SLUG" for one ticket for all. The columns are {columns}.',
    "two_columns": "Two columns may be the {field}, {columns}: say which with --map, or --map"
    ' "{column}=ignore".',
    "unknown_column": "The list has no column {column}; the columns are {columns}.",
    "also_here": "Somebody of this name and address is here already, from elsewhere.",
    "bad_source": "A list's name has at most {most} letters and digits.",
    "bad_row.alike_code": "{count} rows have one scan code, {text}: each ticket needs its own ({rows}).",
    "bad_row.alike_key": "{count} rows are one ticket, {text} ({rows}).",
    "bad_row.amount": "{text} is no amount.",
    "bad_row.badge_taken": "The code {text} is another person's badge here.",
    "bad_row.code_sold": "The code {text} is a product, a voucher or an order here.",
    "bad_row.currency": "{text} is not in {currency}, the conference's currency.",
    "bad_row.day_or_month": "{text} may be two days: write it as 2027-06-03.",
    "bad_row.email": "{text} is no e-mail address.",
    "bad_row.long_code": "The scan code is longer than {most} characters.",
    "bad_row.long_reference": "A reference is longer than {most} characters.",
    "bad_row.name": "First or last name is longer than {most} characters.",
    "bad_row.no_product": 'It names no ticket: --map "ticket:*=SLUG" says which one is meant.',
    "bad_row.no_status": "It does not say whether it was paid.",
    "bad_row.nobody": "It names nobody: neither a name, an address, an order nor a code.",
    "bad_row.product": "{product} is not in the catalogue: add it there, or say which product is meant with"
    ' --map "ticket:{product}=SLUG".',
    "bad_row.quantity": "{text} is no number of tickets.",
    "bad_row.rounded": "{text} was rounded by a spreadsheet: export the list anew and do not open it.",
    "bad_row.status": "It says {text}, which is not known to mean paid, pending, cancelled or refunded: say"
    ' so with --map "status:{text}=paid".',
    "bad_row.time": "{text} is no time.",
    "bad_row.twice": "This ticket stands in the list twice.",
    "bad_row.word": "{text} is neither yes nor no.",
}

KEPT: dict[str, Sentence] = {
    "kept.came_in": "They were let in at a desk: look at it.",
    "kept.undone": "The check-in was taken back at a desk.",
    "kept.corrected": "The name was corrected at a desk.",
    "kept.handed_over": "The ticket was handed over at a desk.",
    "kept.kind": "It was a ticket and is something beside one now, or the reverse: change it by hand.",
    "kept.order": "The order was changed at a desk or on the web site since: look at it.",
    "kept.own_account": "The person has an account of their own at the web site.",
    "kept.paid": "It is paid here.",
}
"""Why what a list says anew is not followed."""
