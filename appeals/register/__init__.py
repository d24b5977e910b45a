"""Register of appeals: drafts, numbers, status, history, contacts, search (A6, A11, A12; 0120, 0121).

In: what people type, call ids, who acts and when. Out: frozen values (`results`), refusals in words.
`Register` (`service`) is the door: draft, draft_from_call, save_field, opened, get, register, start_work,
handed_over, answered, close, reopen, take, note, add_contact, no_case, history, calls, search, lookup,
duplicates, join, tell_status. `number`, `status`, `folding`, `progress` are pure; `drafts`, `history`,
`contacts`, `searching`, `duplicates`, `store` have the rows; `holds` keeps recordings from retention;
`form_rules` asks the form; `ports` is what is asked of the form, of hand-overs and of terms.
"""
